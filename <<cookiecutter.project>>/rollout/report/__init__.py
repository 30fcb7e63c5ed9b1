"""Journal -> evidence that a reviewer can read: Markdown, a picture, and JSON for programs."""

from rollout.report.document import document
from rollout.report.evidence import Evidence, gather, headline
from rollout.report.files import write
from rollout.report.markdown import markdown
from rollout.report.picture import picture

__all__ = ["Evidence", "document", "gather", "headline", "markdown", "picture", "write"]
