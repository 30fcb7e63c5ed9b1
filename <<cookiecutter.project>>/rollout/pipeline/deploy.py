"""A deploy: start the rollout, attach to the one that an earlier run began, or find that there is nothing to do."""

from collections.abc import Callable, Mapping
from typing import Literal

from rollout.onhost.engine_process import EXIT_CODES
from rollout.pipeline.production import Look, Production
from rollout.pipeline.say import Annotate

Action = Literal["start", "follow", "nothing"]


def decide(release: str, found: Look) -> Action:
    """A second run attaches to what the first began: it starts nothing twice."""
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
    """Roll the release out, and watch it to its verdict, which is the exit code. What was stable before is an output,
    written before anything begins."""
    found = production.look()
    write_outputs({"stable": found.stable or ""})
    action = decide(release, found)
    if action == "nothing":
        annotate("notice", f"{release} is the stable release already: there is nothing to deploy")
        return 0
    if action == "follow" and found.newest:
        annotate("notice", f"a rollout of {release} is under way: watching it")
        return EXIT_CODES[production.follow(found.newest.rollout)]
    return EXIT_CODES[production.start(release, engine)]
