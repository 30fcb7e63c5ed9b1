"""Evidence for reviewers: the rollout's report and the host's status, as files and as a summary."""

from pathlib import Path

from rollout.pipeline.production import Production
from rollout.pipeline.say import Say
from rollout.pipeline.summary import summary


def write_evidence(folder: Path, release: str | None, production: Production, say: Say) -> None:
    """Write the host's status, and the newest rollout's report if it is of `release`; None accepts any release."""
    folder.mkdir(parents=True, exist_ok=True)
    status = production.status()
    (folder / "status.txt").write_text(status, encoding="utf-8")
    newest = production.look().newest
    if newest and release in (None, newest.release):
        production.write_report(newest.rollout, folder)
        say(summary(folder))
    else:
        say(f"# No rollout of {release or 'any release'}\n\nThe host has started none, or a later one since.\n")
    say(f"## Status of the host\n\n```\n{status.rstrip()}\n```")
