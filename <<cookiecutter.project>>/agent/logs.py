"""The log: JSON, one object a line, each with the ids of the request that it belongs to."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

TEXT = "%(levelname)s: %(name)s: %(message)s"
REQUESTS = "agent.requests"
"""The logger of one line a request."""

IDS: ContextVar[dict[str, str] | None] = ContextVar("ids", default=None)
"""`run_id` and `trace_id` of the current request, as far as they are known."""


class JsonFormatter(logging.Formatter):
    """A record as a line of JSON. What is in its attribute `fields` becomes members of the object."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **(IDS.get() or {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logs(how: Literal["auto", "json", "text"]) -> None:
    """Send all logs to stderr: as JSON, or as text for people; `auto` is text on a terminal."""
    is_text = how == "text" or (how == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(TEXT) if is_text else JsonFormatter())
    logging.basicConfig(handlers=[handler], force=True)
    logging.getLogger(REQUESTS).setLevel(logging.INFO)
    logging.captureWarnings(True)
