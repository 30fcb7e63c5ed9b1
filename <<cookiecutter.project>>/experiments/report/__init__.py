"""The report of an experiment: Markdown, a picture and JSON."""

from experiments.report.document import Report
from experiments.report.files import write

__all__ = ["Report", "write"]
