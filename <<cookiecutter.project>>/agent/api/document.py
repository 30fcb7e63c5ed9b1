"""The OpenAPI document: FastAPI's, with problems as they are sent, and the bearer token that most operations need."""

from typing import Any

from fastapi import FastAPI

from agent.api.authentication import OPEN_PATHS
from agent.api.problems import SCHEMAS, Problem

SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of `python -m agent.auth new NAME`. A service on a loopback address may need none",
}


class DocumentedApp(FastAPI):
    """FastAPI would add `application/json` to each error response, and look for a token itself to document it."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            problem = Problem.model_json_schema(ref_template=SCHEMAS + "{model}")
            document["components"]["schemas"] |= problem.pop("$defs") | {"Problem": problem}
            document["components"]["securitySchemes"] = {"token": SCHEME}
            for path, operations in document["paths"].items():
                for operation in operations.values():
                    operation["security"] = [] if path in OPEN_PATHS else [{"token": []}]
        return super().openapi()
