"""The steps, and where the traffic is."""

from rollout.dashboard.board import Board
from rollout.dashboard.markup import paragraph, section
from rollout.live.progress import Progress, progress_of
from rollout.live.sentences import named, requests, time_left
from rollout.report.evidence import Evidence
from rollout.report.picture.colours import CANARY, STABLE
from rollout.report.picture.svg import document, element, escaped, rect
from rollout.text import duration, moment, percent

WIDTH, HEIGHT = 900, 22
GOOD_OR_BAD = {"done": "good", "failed": "bad", "in doubt": "doubtful"}


def steps(progress: Progress, now: float) -> str:
    """Each step with its share, its state in words, and how much of its time is over."""
    names = [(percent(step.weight), duration(step.hold_seconds)) for step in progress.steps]
    if progress.keep_seconds:
        names.append(("keep", duration(progress.keep_seconds)))
    items = [step(progress, number, name, hold, now) for number, (name, hold) in enumerate(names, start=1)]
    return section("steps", "Steps", element("ol", *items, "", **{"class": "steps"}))


def step(progress: Progress, number: int, name: str, hold: str, now: float) -> str:
    state = progress.state(number)
    said = f"now, {time_left(progress, now)}" if state == "now" else state
    done = progress.part_done(number, now)
    bar = element("progress", escaped(percent(done)), value=round(done, 3), max=1, aria_label=f"{name}: time over")
    label = element("strong", escaped(name))
    tone = element("span", escaped(said.rstrip(", ")), **{"class": GOOD_OR_BAD.get(state, "")})
    current: dict[str, str | float] = {"aria_current": "step"} if state == "now" else {}
    return element("li", label, f" for {escaped(hold)}: ", tone, bar, **current)


def traffic(board: Board, progress: Progress, evidence: Evidence) -> str:
    """The share of each release, by the journal and by the router."""
    share = evidence.settled if not board.running and evidence.settled is not None else progress.weight
    lines = [sentence(progress, share), in_the_router(board), requests(progress, None)]
    bar = document(
        WIDTH,
        HEIGHT,
        element("title", escaped(lines[0])),
        rect(0, 0, WIDTH * share, HEIGHT, fill=CANARY),
        rect(WIDTH * share, 0, WIDTH * (1 - share), HEIGHT, fill=STABLE),
    )
    stretched = element("div", bar.replace("<svg ", '<svg preserveAspectRatio="none" ', 1), **{"class": "bar"})
    return section("traffic", "Where the traffic is", stretched, *(paragraph(line) for line in lines if line))


def sentence(progress: Progress, share: float) -> str:
    new = f"{percent(share)} of the users are on {named(progress.release, progress.slots['canary'])}"
    if progress.stable is None:
        return f"{new}; there is no release before it"
    return f"{new}, {percent(1 - share)} on {named(progress.stable, progress.slots['stable'])}"


def in_the_router(board: Board) -> str:
    """What the router shows to Prometheus, which may differ from the journal when an engine is dead."""
    if board.seen is None or board.seen.weight is None:
        return ""
    if board.seen_before:
        told = f"The router was told to give {percent(board.seen.weight)} to the canary"
        return f"{told} at {moment(board.seen.time)}; what it does now is not known."
    if not board.seen.weight:
        return "The router has no canary now."
    share = percent(board.seen.weight)
    if board.seen.leased:
        return f"The router gives {share} to the canary; its lease is renewed."
    return f"The router was told to give {share} to the canary, but the lease has ended: everybody is on stable."


def of_story(board: Board) -> Progress:
    return progress_of(board.story)
