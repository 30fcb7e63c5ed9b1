"""Evidence for reviewers: the rollout's report and the status, as files and as a summary."""

import json
from pathlib import Path

from rollout.pipeline.page import ReleaseRun, page
from rollout.pipeline.production import Production
from rollout.pipeline.summary import summary
from rollout.text import Say

PAGE = "evidence.md"


def write_evidence(
    folder: Path, release: str | None, production: Production, say: Say, run: ReleaseRun | None = None
) -> None:
    """Write the status, and the newest rollout's report if it is of `release`; None accepts any release. For a run of
    release.yml, also write one page with everything, evidence.md, which is the summary too."""
    folder.mkdir(parents=True, exist_ok=True)
    status = production.status()
    (folder / "status.txt").write_text(status, encoding="utf-8")
    newest, report = production.look().newest, None
    if newest and release in (None, newest.release):
        written = production.write_report(newest.rollout, folder)
        report = json.loads(written.with_suffix(".json").read_text(encoding="utf-8"))
        text = summary(folder)
    else:
        text = f"# No rollout of {release or 'any release'}\n\nNone was started here, or a later one since.\n"
    text = f"{text}\n## Status\n\n```\n{status.rstrip()}\n```"
    if run:
        text = page(run, report, text)
        (folder / PAGE).write_text(text, encoding="utf-8")
    say(text)
