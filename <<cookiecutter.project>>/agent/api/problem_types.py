"""The kinds of error responses. A `type` is stable: clients may compare it; wording may change."""

from dataclasses import dataclass

PREFIX = "urn:problem-type:agent:"


@dataclass(frozen=True)
class ProblemType:
    """One kind: its name, its status, and its title, which is the same in each response."""

    name: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """The member `type` of a response."""
        return PREFIX + self.name


INVALID_REQUEST = ProblemType("invalid-request", 422, "The request is invalid")
MALFORMED_REQUEST = ProblemType("malformed-request", 400, "The request can't be read")
USAGE_LIMIT = ProblemType("usage-limit", 422, "The run passed a limit")
KEY_REUSED = ProblemType("key-reused", 422, "The key belongs to another request")
UNAUTHORIZED = ProblemType("unauthorized", 401, "A token is needed")
NOT_FOUND = ProblemType("not-found", 404, "There is nothing at this path")
RUN_NOT_FOUND = ProblemType("run-not-found", 404, "This release knows no such run")
CONVERSATION_NOT_FOUND = ProblemType("conversation-not-found", 404, "There is no such conversation")
METHOD_NOT_ALLOWED = ProblemType("method-not-allowed", 405, "This path does not take this method")
REQUEST_TIMEOUT = ProblemType("request-timeout", 408, "The request took too long to arrive")
CLIENT_DEADLINE = ProblemType("client-deadline", 408, "There was no answer within the time that the request allows")
SLOW_CLIENT = ProblemType("slow-client", 408, "The client read the stream too slowly")
CONVERSATION_CHANGED = ProblemType("conversation-changed", 409, "The conversation has changed")
RUN_IN_PROGRESS = ProblemType("run-in-progress", 409, "The first run with this key goes on")
RUN_WITHOUT_ANSWER = ProblemType("run-without-answer", 409, "The first run with this key has no answer")
CONVERSATION_FULL = ProblemType("conversation-full", 413, "The conversation is too long")
CONTEXT_FULL = ProblemType("context-full", 413, "The task does not fit into the context window")
BODY_TOO_LARGE = ProblemType("body-too-large", 413, "The body is too large")
RATE_LIMITED = ProblemType("rate-limited", 429, "Too many requests with this token")
BUDGET_USED_UP = ProblemType("budget-used-up", 429, "The budget for today is used up")
INTERNAL = ProblemType("internal", 500, "The service failed")
MODEL_ERROR = ProblemType("model-error", 502, "The model's API failed")
OVERLOADED = ProblemType("overloaded", 503, "Too many runs at once")
STOPPING = ProblemType("stopping", 503, "The service is about to stop")
NOT_READY = ProblemType("not-ready", 503, "The service is not ready")
STORAGE_UNAVAILABLE = ProblemType("storage-unavailable", 503, "The database does not answer")
MODEL_TIMEOUT = ProblemType("model-timeout", 504, "The model's API did not answer in time")
DEADLINE = ProblemType("deadline", 504, "There was no answer within the deadline")

TYPES = (
    INVALID_REQUEST,
    MALFORMED_REQUEST,
    USAGE_LIMIT,
    KEY_REUSED,
    UNAUTHORIZED,
    NOT_FOUND,
    RUN_NOT_FOUND,
    CONVERSATION_NOT_FOUND,
    METHOD_NOT_ALLOWED,
    REQUEST_TIMEOUT,
    CLIENT_DEADLINE,
    SLOW_CLIENT,
    CONVERSATION_CHANGED,
    RUN_IN_PROGRESS,
    RUN_WITHOUT_ANSWER,
    CONVERSATION_FULL,
    CONTEXT_FULL,
    BODY_TOO_LARGE,
    RATE_LIMITED,
    BUDGET_USED_UP,
    INTERNAL,
    MODEL_ERROR,
    OVERLOADED,
    STOPPING,
    NOT_READY,
    STORAGE_UNAVAILABLE,
    MODEL_TIMEOUT,
    DEADLINE,
)

# What the framework and the middleware refuse with a bare status.
BY_STATUS = {
    kind.status: kind
    for kind in (MALFORMED_REQUEST, NOT_FOUND, METHOD_NOT_ALLOWED, REQUEST_TIMEOUT, BODY_TOO_LARGE, NOT_READY)
}


class Refused(Exception):
    """A request that is not served; `detail` is shown to the client, with these headers."""

    def __init__(self, kind: ProblemType, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.headers = kind, detail, headers
