"""A release on a host, from its digest to a running engine. Refuses before it touches anything."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rollout import config, person
from rollout.errors import HostFailed, Locked, Refused, RolloutError
from rollout.host import names
from rollout.host.host import Host
from rollout.host.image import Image
from rollout.host.survey import Survey
from rollout.router.split import Slot
from rollout.runtime.container import Container
from rollout.runtime.docker import NameTaken
from rollout.spec import Spec
from rollout.state import new_rollout

CLAIM_HOLDS_SECONDS = 180
"""How long a start may take from its claim to its engine: the slot's last requests are answered first."""

KEEP_ENDS_WITHIN_SECONDS = 60
FIRST = "the first release on this host: there was nothing to compare it with"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wish:
    """What to start. `at_once` is the reason for going live without steps and gates."""

    image: Image
    policy: Path
    engine: Image | None = None  # None is the one the host was prepared with
    at_once: str | None = None


@dataclass(frozen=True)
class Started:
    """A rollout whose engine runs."""

    rollout: str
    first: bool


def start(wish: Wish, host: Host, say: Say) -> Started:
    """Raises Refused when it can't be: nothing was touched. Raises HostFailed when the host failed half way: stable
    serves, and what was begun is taken away again."""
    config.load(wish.policy)
    policy = wish.policy.read_text(encoding="utf-8")
    try:
        found = look(host)
        stable = host.release(found.stable_slot)
        examine(wish, host, policy, found, stable, say)
    except HostFailed as error:
        raise Refused(f"{error}. Nothing was touched") from error
    if found.keeping:
        end_keep(host, found.keeping, str(wish.image), say)
    spec = make_spec(wish, host, policy, stable, found.stable_slot)
    claimed = claim(host, spec, str(wish.engine or host.engine_image), say)
    try:
        if stands(host, spec):
            host.docker.start(claimed)
        else:
            place(host, spec, claimed, stable)
    except BaseException:
        take_away(host, spec, claimed, stable)
        raise
    if spec.stable is None:
        say(f"{FIRST}; it goes live after its health check")
    return Started(spec.rollout, first=spec.stable is None)


def examine(wish: Wish, host: Host, policy: str, found: Survey, stable: Container | None, say: Say) -> None:
    """Everything that can be known to be wrong before anything is touched. Raises Refused."""
    release = str(wish.image)
    if found.running:
        raise Locked(f"{found.running}. Wait for it, or end it with `rollout abort`.")
    check_stable(stable, release, wish)
    judged = stable is not None and wish.at_once is None
    asked = {"prometheus": host.prometheus, "policy": policy, "release": release if judged else ""}
    host.ask("check-host", environment={"ROLLOUT_CHECK": json.dumps(asked)})
    say(f"pulling {release}")
    check_platform(host, host.docker.pull(wish.image.repository, wish.image.digest), release)
    if wish.engine:
        host.docker.pull(wish.engine.repository, wish.engine.digest)


def look(host: Host) -> Survey:
    """What the host's records say. Raises Refused."""
    return Survey(**json.loads(host.ask("survey")))


def check_stable(stable: Container | None, release: str, wish: Wish) -> None:
    """Raises Refused when there is nothing sound to compare with, or nothing to do."""
    if stable is None or wish.at_once:
        return
    if stable.labels.get(names.RELEASE) == release:
        raise Refused(f"{release} is the stable release already: there is nothing to do")
    if stable.state != "running" or stable.healthy is False:
        state = "unhealthy" if stable.state == "running" else stable.state
        raise Refused(
            f"the stable release {stable.labels.get(names.RELEASE)} is {state}, so nothing can be compared with it: "
            "`rollout rollback IMAGE --now --reason ...` puts a release live without gates"
        )


def check_platform(host: Host, image: Mapping[str, object], release: str) -> None:
    """Raises Refused for an image that this host can't run."""
    made_for = f"{image['Os']}/{image['Architecture']}"
    if made_for != (here := host.docker.platform()):
        raise Refused(f"{release} is made for {made_for}, and this host is {here}: build it with --platform {here}")


def end_keep(host: Host, rollout: str, release: str, say: Say) -> None:
    """The rollout before is only watching what it promoted: it ends now, since its old release's slot is needed."""
    say(f"ending the watch of {rollout}: its old release makes room")
    host.order("promote", rollout, f"a new rollout begins, of {release}")
    if engine := host.engine():
        host.docker.wait(engine.id, KEEP_ENDS_WITHIN_SECONDS)


def make_spec(wish: Wish, host: Host, policy: str, stable: Container | None, stable_slot: Slot) -> Spec:
    return Spec(
        rollout=new_rollout(wish.image.repository.rpartition("/")[2]),
        release=str(wish.image),
        stable=stable.labels.get(names.RELEASE) if stable else None,
        stable_slot=stable_slot,
        by=person.name(),
        target="docker",
        policy=policy,
        prometheus=host.prometheus,
        router_socket=names.SOCKET,
        router_folder=names.ROUTER_FOLDER,
        state=names.STATE,
        speed=host.speed,
        at_once=wish.at_once or (None if stable else FIRST),
    )


def claim(host: Host, spec: Spec, engine_image: str, say: Say) -> str:
    """Take the host for this rollout: of two starts at the same instant, one gets the engine's name. Raises Locked."""
    deadline = time.monotonic() + CLAIM_HOLDS_SECONDS + 10
    told = False
    while True:
        try:
            return host.create_engine(spec, engine_image)
        except NameTaken:
            holder = host.engine()
        if holder is None:
            continue
        if holder.runs:
            raise Locked(f"rollout {words(holder)}. Wait for it, or end it with `rollout abort`.")
        if holder.state != "created" or age_seconds(holder) > CLAIM_HOLDS_SECONDS:
            host.docker.remove(holder.id)  # an engine that has ended, or whose starter died before it began
        elif time.monotonic() > deadline:
            raise Locked(f"rollout {words(holder)}")
        else:
            if not told:
                say(f"waiting: rollout {words(holder)}; if its starter has died, the host is free in a few minutes")
                told = True
            time.sleep(1)


def words(engine: Container) -> str:
    labels = engine.labels
    verb = "is being started" if engine.state == "created" else "is running"
    since = engine.created.isoformat(timespec="seconds")
    return f"{labels.get(names.ROLLOUT)} {verb}, by {labels.get(names.BY)} since {since}"


def age_seconds(container: Container) -> float:
    return (datetime.now(UTC) - container.created).total_seconds()


def stands(host: Host, spec: Spec) -> bool:
    """Whether the release is up already, as the one before stable is for a while: then nothing has to be started."""
    standing = host.release(spec.canary_slot)
    return bool(
        spec.at_once and standing and standing.state == "running" and standing.labels.get(names.RELEASE) == spec.release
    )


def place(host: Host, spec: Spec, engine: str, stable: Container | None) -> None:
    """Empty the slot, tell Prometheus, start the engine, and last what it waits for. So whatever happens to us in
    between, an engine is there that goes back to stable, or nothing has begun."""
    host.free(spec.canary_slot)
    host.ask("wait-until-empty", spec.canary_slot)
    releases = running_release(spec, stable) | {spec.canary_slot: spec.release}
    host.tell_prometheus(releases)
    canary = host.create_release(spec.canary_slot, spec.release, spec.rollout)
    host.docker.start(engine)
    host.docker.start(canary)


def take_away(host: Host, spec: Spec, engine: str, stable: Container | None) -> None:
    """Undo what `place` began. The engine goes back to stable when it is told to end."""
    try:
        host.docker.stop(engine, 30)
        host.docker.remove(engine)
        if stands(host, spec):
            return
        host.free(spec.canary_slot)
        host.tell_prometheus(running_release(spec, stable))
    except RolloutError as error:
        raise HostFailed(
            f"what was begun could not be taken away ({error}): the next `rollout start` does it"
        ) from error


def running_release(spec: Spec, stable: Container | None) -> dict[Slot, str]:
    return {spec.stable_slot: spec.stable} if stable and spec.stable else {}
