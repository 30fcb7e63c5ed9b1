"""Journal -> evidence that a reviewer can read: Markdown, a picture, and JSON for programs."""

from rollout.report.document import document
from rollout.report.events import Journal
from rollout.report.evidence import Evidence, gather
from rollout.report.files import write
from rollout.report.headline import headline
from rollout.report.markdown import markdown
from rollout.report.picture import picture

__all__ = ["Evidence", "Journal", "document", "gather", "headline", "markdown", "picture", "write"]
