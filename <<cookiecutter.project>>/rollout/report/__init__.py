"""Turns a journal into evidence: Markdown and a picture for reviewers, JSON for programs."""

from rollout.report.document import document
from rollout.report.evidence import Evidence, beginning, gather, headline
from rollout.report.files import write
from rollout.report.markdown import markdown
from rollout.report.picture import picture

__all__ = ["Evidence", "beginning", "document", "gather", "headline", "markdown", "picture", "write"]
