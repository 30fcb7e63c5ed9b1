"""Follow a rollout from anywhere. The engine runs on the host and does not depend on its followers."""

import time
from collections.abc import Iterator
from contextlib import suppress

from rich.console import Console

from rollout.docker import removal
from rollout.docker.container import Said
from rollout.docker.host import Host
from rollout.errors import HostFailed, PartFailed, Refused, RolloutError
from rollout.journal import Entry, Story, after
from rollout.journal.events import Restored
from rollout.journal.line import entry as entry_of
from rollout.journal.story import final
from rollout.live.view import View, view_on
from rollout.onhost import names
from rollout.onhost.complaint import Complaint
from rollout.router.split import other
from rollout.text import Say

ATTACH_FOR_SECONDS = 600.0
"""How long to retry when the host can't be reached."""

ATTACH_EVERY_SECONDS = 2.0
SILENT_ROUNDS = 3


def follow(host: Host, rollout: str, view: View, say: Say) -> str:
    """Show the rollout until it is promoted or rolled back; returns its verdict. After a promotion the engine keeps
    watching without a follower.

    Raises Refused when the engine refused to start, PartFailed when it or its host is gone, HostFailed when the host
    can't be reached for ten minutes.
    """
    story, seen, silent_rounds = Story(), 0, 0
    lost_at: float | None = None
    while not (verdict := final(story)):
        try:
            heard = False
            for entry in entries_from(host, rollout, seen):
                lost_at, heard = None, True
                seen, story = seen + 1, after(story, entry)
                view.entry(entry)
            silent_rounds = 0 if heard else silent_rounds + 1
            if not final(story):
                check_engine(host, rollout, say, begun=bool(seen))
                check_end(host, rollout, story, silent_rounds)
        except HostFailed as error:
            check_host(host, rollout)
            now = time.monotonic()
            if lost_at is None:
                lost_at = now
                say(f"{error}. The rollout continues on the host; reconnecting")
            elif now - lost_at > ATTACH_FOR_SECONDS:
                raise
        time.sleep(ATTACH_EVERY_SECONDS)
    if verdict != "promoted" and isinstance(story.back, Restored):
        tidy(host, rollout, say)
    return verdict


def until_begun(host: Host, rollout: str, say: Say) -> None:
    """Wait for the first event of a rollout. Raises Refused or PartFailed, like `follow`, when its engine ended before
    that. If the host can't be reached, does not wait: the rollout may well have begun."""
    try:
        while next(entries_from(host, rollout, 0), None) is None:
            check_engine(host, rollout, say, begun=False)
            time.sleep(ATTACH_EVERY_SECONDS)
    except HostFailed as error:
        say(f"{error}. The rollout was started on the host")


def shown(host: Host, rollout: str, console: Console, say: Say) -> str:
    """Like `follow`, with a view for a terminal or a log."""
    with view_on(console) as view:
        return follow(host, rollout, view, say)


def entries_from(host: Host, rollout: str, number: int) -> Iterator[Entry]:
    """Yield the journal's entries from `number` on, as they arrive."""
    for line in host.stream("journal", rollout, "--state", names.STATE, "--follow", "--from", str(number)):
        if not line:
            continue
        if complaint := Complaint.in_output(line):
            raise complaint.error()
        number += 1
        yield entry_of(line.encode(), f"{rollout}.jsonl", number)


def check_end(host: Host, rollout: str, story: Story, silent_rounds: int) -> None:
    """Raises PartFailed when the engine has ended and the journal's last event may be in a line that can't be read."""
    engine = host.engine()
    if story.doubt.line and silent_rounds >= SILENT_ROUNDS and not (engine and engine.runs):
        raise PartFailed(f"the verdict of {rollout} may be in a line that can't be read: {story.doubt.line}")


def check_engine(host: Host, rollout: str, say: Say, *, begun: bool) -> None:
    """The stream ended before the rollout. Raises Refused or PartFailed when the engine has ended."""
    engine = host.engine()
    ours = engine if engine and engine.labels.get(names.ROLLOUT) == rollout else None
    if ours and ours.state in ("created", "running", "restarting"):
        return
    log = host.docker.logs(ours.id) if ours else Said(0, "", "")
    complaint = Complaint.in_output(log.out)
    said = complaint.message if complaint else log.err.strip()
    if not begun and said:
        tidy(host, rollout, say)
        raise complaint.error() if complaint and complaint.refused else Refused(said)
    if ours is None or ours.exit_code != 0:
        raise PartFailed(f"the engine of {rollout} is gone: {said or 'its container was removed'}. {who_answers(host)}")


def check_host(host: Host, rollout: str) -> None:
    """Raises PartFailed if the Docker engine answers, but there is no router any more."""
    with suppress(HostFailed):
        if not host.docker.containers({names.PART: "router", names.PROJECT: host.project}):
            raise PartFailed(
                f"the containers of {host.project} were removed from the host, so it is not known how {rollout} "
                "ended. Prepare the host again with `docker compose up -d --wait` in deploy/docker"
            )


def who_answers(host: Host) -> str:
    """Who serves when no engine is running: after the lease, the router sends everybody to stable."""
    try:
        found = host.routing()
    except RolloutError as error:
        return f"Who serves is not known: {error}"
    release = found.answering and host.release(found.answering)
    return f"{release.labels.get(names.RELEASE)} answers" if release else "Nobody answers"


def tidy(host: Host, rollout: str, say: Say) -> None:
    """Stop the canary of a rollout that was not promoted, unless it serves. Its container stays, for its log."""
    try:
        for slot in names.SLOTS:
            container = host.release(slot)
            if container and container.labels.get(names.ROLLOUT) == rollout and container.runs:
                removal.retire(host, slot)
                host.tell_prometheus(host.watched([other(slot)]))
    except RolloutError as error:  # the next start frees the slot
        say(f"the new release was left running: {error}")
