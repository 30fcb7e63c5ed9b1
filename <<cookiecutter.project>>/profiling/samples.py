"""What pyinstrument sampled: one tree of calls, each call with its part."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyinstrument.frame import Frame
from pyinstrument.session import Session

from profiling.parts import module_of, part_of

SELF = ("[self]", "[await]", "[out-of-context]")


@dataclass
class Call:
    """A function, called from the same stack each time: its seconds, those of what it called included."""

    name: str
    part: str
    seconds: float = 0.0
    called: dict[str, "Call"] = field(default_factory=dict)

    @property
    def own_seconds(self) -> float:
        """The seconds that it spent itself."""
        return max(0.0, self.seconds - sum(each.seconds for each in self.called.values()))


def calls_of(session: Session, folder: str) -> Call:
    """The whole tree. `folder` is the repository's."""
    top, frame = Call("all", part_of(())), session.root_frame()
    if frame is not None:
        _add(top, frame, (), folder)
    top.seconds = sum(each.seconds for each in top.called.values())
    return top


def seconds_by_part(call: Call) -> dict[str, float]:
    """The seconds that the event loop's thread spent in each part, and idle."""
    seconds: dict[str, float] = defaultdict(float)
    for each in _every(call):
        seconds[each.part] += each.own_seconds
    return dict(seconds)


def _add(caller: Call, frame: Frame, outer: tuple[str, ...], folder: str) -> None:
    module = module_of(frame.file_path or "", folder)
    modules = (module, *outer)
    name = f"{module}{frame.function}"
    call = caller.called.setdefault(name, Call(name, part_of(modules)))
    call.seconds += frame.time
    for child in frame.children:
        if child.function not in SELF:
            _add(call, child, modules, folder)


def _every(call: Call) -> Iterator[Call]:
    yield call
    for each in call.called.values():
        yield from _every(each)
