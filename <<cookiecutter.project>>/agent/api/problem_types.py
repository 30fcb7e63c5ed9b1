"""The kinds of error responses. A `type` is stable: clients may compare it; wording may change."""

from dataclasses import dataclass

PREFIX = "urn:problem-type:agent:"


@dataclass(frozen=True)
class ProblemType:
    """One kind: its name, its status, and its title, which is the same in each response. The detail is an example where
    it depends on the request; `exception` is the class that most often ends a run like this."""

    name: str
    status: int
    title: str
    detail: str
    exception: str | None = None

    @property
    def uri(self) -> str:
        """The member `type` of a response."""
        return PREFIX + self.name


INVALID_REQUEST = ProblemType("invalid-request", 422, "The request is invalid", "the request is invalid: see `errors`")
MALFORMED_REQUEST = ProblemType(
    "malformed-request", 400, "The request can't be read", "There was an error parsing the body"
)
USAGE_LIMIT = ProblemType(
    "usage-limit",
    422,
    "The run passed a limit",
    "the run needed more model requests, tool calls, tokens or money than it may use",
    "UsageLimitExceeded",
)
OUTPUT_LIMIT = ProblemType(
    "output-limit",
    422,
    "The model may not write that much",
    "the model's limit on output tokens left no answer: ask for less at once",
    "IncompleteToolCall",
)
CONTENT_FILTER = ProblemType(
    "content-filter",
    422,
    "The model's content filter refused to answer",
    "the content filter of the model's API ended the answer: change the task, or begin a new conversation",
    "ContentFilterError",
)
KEY_REUSED = ProblemType(
    "key-reused",
    422,
    "The key belongs to another request",
    "this Idempotency-Key came with another request before: use a new one",
)
UNAUTHORIZED = ProblemType("unauthorized", 401, "A token is needed", "send a valid token: Authorization: Bearer agt_…")
NOT_FOUND = ProblemType("not-found", 404, "There is nothing at this path", "Not Found")
RUN_NOT_FOUND = ProblemType(
    "run-not-found", 404, "This release knows no such run", "this release answered no such run, or too long ago"
)
CONVERSATION_NOT_FOUND = ProblemType(
    "conversation-not-found", 404, "There is no such conversation", "you have no such conversation"
)
METHOD_NOT_ALLOWED = ProblemType("method-not-allowed", 405, "This path does not take this method", "Method Not Allowed")
REQUEST_TIMEOUT = ProblemType(
    "request-timeout", 408, "The request took too long to arrive", "the body was not complete in 30 s"
)
CLIENT_DEADLINE = ProblemType(
    "client-deadline",
    408,
    "There was no answer within the time that the request allows",
    "no answer within 5 s, the request's `deadline_seconds`: allow more",
    "ClientDeadlineError",
)
SLOW_CLIENT = ProblemType(
    "slow-client",
    408,
    "The client read the stream too slowly",
    "the run waited for you to read its events until its time was over: read faster",
    "SlowClientError",
)
CONVERSATION_CHANGED = ProblemType(
    "conversation-changed",
    409,
    "The conversation has changed",
    "another run of this conversation ended meanwhile: send the task again",
    "ConversationConflict",
)
RUN_IN_PROGRESS = ProblemType(
    "run-in-progress",
    409,
    "The first run with this key goes on",
    "the first run with this Idempotency-Key goes on: ask again for its answer",
)
RUN_WITHOUT_ANSWER = ProblemType(
    "run-without-answer",
    409,
    "The first run with this key has no answer",
    "the first run with this Idempotency-Key may have called tools, and has no answer: to run again, use a new one",
)
CONVERSATION_FULL = ProblemType(
    "conversation-full",
    413,
    "The conversation is too long",
    "the conversation is too long to be continued: begin a new one",
    "ConversationFull",
)
CONTEXT_FULL = ProblemType(
    "context-full",
    413,
    "The task does not fit into the context window",
    "the task doesn't fit into the model's context window: send a smaller one",
    "ContextFullError",
)
BODY_TOO_LARGE = ProblemType("body-too-large", 413, "The body is too large", "the body is larger than 262144 bytes")
RATE_LIMITED = ProblemType(
    "rate-limited", 429, "Too many requests with this token", "too many requests: try again in 6 s"
)
BUDGET_USED_UP = ProblemType(
    "budget-used-up",
    429,
    "The budget for today is used up",
    "the service's budget for today (UTC) is used up: try again in 3600 s",
)
INTERNAL = ProblemType(
    "internal",
    500,
    "The service failed",
    "the service failed with LookupError: its log has the traceback",
    "LookupError",
)
MODEL_ERROR = ProblemType(
    "model-error", 502, "The model's API failed", "the model's API answered 503: try again later", "ModelHTTPError"
)
OVERLOADED = ProblemType("overloaded", 503, "Too many runs at once", "too many runs at once: try again in 5 s")
STOPPING = ProblemType("stopping", 503, "The service is about to stop", "the service got a signal to stop")
NOT_READY = ProblemType(
    "not-ready", 503, "The service is not ready", "the database that keeps conversations does not answer"
)
STORAGE_UNAVAILABLE = ProblemType(
    "storage-unavailable",
    503,
    "The database does not answer",
    "the database that keeps conversations, answers and budgets does not answer: try again later",
    "StorageUnavailable",
)
MODEL_TIMEOUT = ProblemType(
    "model-timeout",
    504,
    "The model's API did not answer in time",
    "the model's API did not answer in time: try again later",
    "ModelTimeoutError",
)
DEADLINE = ProblemType(
    "deadline",
    504,
    "There was no answer within the deadline",
    "no answer within 120 s: send a smaller task",
    "DeadlineError",
)

# What an operation may answer, by what it has: a token is needed, a body or parameters, something that is kept, a run.
ANYWHERE = (INTERNAL,)
GUARDED = (*ANYWHERE, UNAUTHORIZED, RATE_LIMITED)
WITH_BODY = (*GUARDED, MALFORMED_REQUEST, REQUEST_TIMEOUT, BODY_TOO_LARGE, INVALID_REQUEST)
OF_STORAGE = (*GUARDED, STORAGE_UNAVAILABLE, INVALID_REQUEST)
OF_CONVERSATIONS = (*OF_STORAGE, NOT_FOUND, CONVERSATION_NOT_FOUND)
OF_RUNS = (
    *WITH_BODY,
    USAGE_LIMIT,
    OUTPUT_LIMIT,
    CONTENT_FILTER,
    KEY_REUSED,
    CLIENT_DEADLINE,
    CONVERSATION_CHANGED,
    RUN_IN_PROGRESS,
    RUN_WITHOUT_ANSWER,
    CONVERSATION_FULL,
    CONTEXT_FULL,
    BUDGET_USED_UP,
    MODEL_ERROR,
    OVERLOADED,
    STORAGE_UNAVAILABLE,
    MODEL_TIMEOUT,
    DEADLINE,
)

TYPES = (
    INVALID_REQUEST,
    MALFORMED_REQUEST,
    USAGE_LIMIT,
    OUTPUT_LIMIT,
    CONTENT_FILTER,
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
    """A request that is not served. The client is shown the kind's detail, or another one, with these headers."""

    def __init__(self, kind: ProblemType, detail: str = "", headers: dict[str, str] | None = None) -> None:
        self.kind, self.detail, self.headers = kind, detail or kind.detail, headers
        super().__init__(self.detail)
