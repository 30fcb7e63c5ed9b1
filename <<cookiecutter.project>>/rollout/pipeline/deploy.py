"""A deploy: start a rollout, follow the one that an earlier run started, or do nothing if the release is stable."""

from collections.abc import Callable, Mapping
from typing import Literal

from rollout.onhost.engine_process import EXIT_CODES
from rollout.pipeline.production import Look, Production
from rollout.pipeline.say import Annotate

Action = Literal["start", "follow", "nothing"]


def decide(release: str, found: Look) -> Action:
    """A second run follows the rollout that the first one started; it never starts a second."""
    if found.stable == release:
        return "nothing"
    newest = found.newest
    return "follow" if newest and (newest.release, newest.verdict) == (release, "running") else "start"


def deploy(
    release: str,
    engine: str,
    production: Production,
    write_outputs: Callable[[Mapping[str, str]], None],
    annotate: Annotate,
) -> int:
    """Follow the rollout of the release to its verdict, which sets the exit code. The output `stable` is the release
    before, written before anything starts."""
    found = production.look()
    write_outputs({"stable": found.stable or ""})
    action = decide(release, found)
    if action == "nothing":
        annotate("notice", f"{release} is already stable: there is nothing to deploy")
        return 0
    if action == "follow" and found.newest:
        annotate("notice", f"a rollout of {release} is already running: following it")
        return EXIT_CODES[production.follow(found.newest.rollout)]
    return EXIT_CODES[production.start(release, engine)]
