"""GET /health: whether the service is ready for runs."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict
from pydantic_ai.models import Model
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.api.problem_types import NOT_READY, STOPPING, Refused
from agent.models import is_ready
from agent.place import Place, is_reachable
from agent.settings import Settings
from agent.stopping import Readiness

HEALTH_PATH = "/health"


class Health(BaseModel):
    """What GET /health answers when all is well."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "ok", "release": "v1.2.0", "model": "offline"}]}
    )

    status: str
    release: str
    model: str


@dataclass(frozen=True)
class Condition:
    """What it depends on whether the service is ready."""

    settings: Settings
    readiness: Readiness
    model: Model
    place: Place

    def health(self) -> Health:
        """The answer when all is well."""
        return Health(status="ok", release=self.settings.release, model=self.settings.model)

    def why_not_ready(self) -> Refused | None:
        """What is answered instead; None if the service is ready for runs."""
        if self.readiness.stopping:
            return Refused(STOPPING)
        if not is_ready(self.model):
            return Refused(NOT_READY, f"the model {self.settings.model} is not ready")
        if not is_reachable(self.place):
            return Refused(NOT_READY)
        return None


class AnswerHealth:
    """Answers GET /health while all is well, before all that only a run needs: the router asks every second."""

    def __init__(self, app: ASGIApp, condition: Condition) -> None:
        self._app = app
        self._condition = condition
        self._healthy = condition.health().model_dump_json().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = scope["type"] == "http" and scope["path"] == HEALTH_PATH and scope["method"] == "GET"
        if is_asked and self._condition.why_not_ready() is None:
            await Response(self._healthy, media_type="application/json")(scope, receive, send)
        else:
            await self._app(scope, receive, send)
