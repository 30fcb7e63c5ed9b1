"""Thousands of odd requests, made from the OpenAPI document: each answer is documented, and none is a 5xx."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.agent.conftest import Serve

REQUESTS_PER_OPERATION = 300
TEXTS = ("", "x", "c-1", "0" * 32, "x" * 300, "x" * 20_001, "ü😀", "two words", "../..", "\x00", "%", "' OR 1=1", "-1")
VALUES: tuple[object, ...] = (None, True, 0, -1, 0.001, 5, 10**30, 1e308, float("nan"), [], ["x"], {}, {"a": {"b": 1}})
RAW = (b"", b"{", b"null", b"[1]", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"task": "\\ud800"}', b"[" * 5_000, b"9" * 5_000)
MEDIA_TYPES = ("application/json", "application/json; charset=latin-1", "text/plain", "multipart/form-data", "")
GOOD = {"task": "What is 15 % of 240?", "run_id": "0" * 32, "rating": "good", "conversation_id": "c-1"}

Operation = tuple[str, str, dict[str, Any]]


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """Method, path and description of each."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def value(random: Random, name: str) -> object:
    """Mostly a good value where there is one, so that some requests get far."""
    if name in GOOD and random.random() < 0.7:
        return GOOD[name]
    return random.choice((random.choice(TEXTS), random.choice(VALUES)))


def body(random: Random, fields: list[str]) -> bytes:
    if random.random() < 0.2:
        return random.choice(RAW)
    named = {name: value(random, name) for name in fields if random.random() < 0.7}
    if random.random() < 0.1:
        named[random.choice(TEXTS)] = random.choice(VALUES)
    return json.dumps(named).encode()


def fields(document: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """The names in the body of an operation, if it has one."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return list(document["components"]["schemas"][name]["properties"]) if name else []


def ask(client: TestClient, random: Random, document: dict[str, Any], operation: Operation) -> tuple[int, str]:
    """Status and media type of the answer to a random request."""
    method, path, described = operation
    query: dict[str, str] = {}
    headers = {"content-type": random.choice(MEDIA_TYPES) if random.random() < 0.2 else MEDIA_TYPES[0]}
    for parameter in described.get("parameters", ()):
        text = str(value(random, parameter["name"]))[:300]
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(text, safe="") or "x")
        elif random.random() < 0.5 and parameter["in"] == "query":
            query[parameter["name"]] = text
        elif random.random() < 0.5 and text.isascii() and text.isprintable():
            headers[parameter["name"]] = text
    names = fields(document, described)
    content = body(random, names) if names else None
    response = client.request(method, path, params=query, headers=headers, content=content)
    return response.status_code, response.headers.get("content-type", "").partition(";")[0]


@pytest.mark.parametrize("seed", [1])
def test_every_answer_is_documented_and_none_is_an_error_of_the_service(
    serve: Serve, tmp_path: Path, seed: int
) -> None:
    client = serve(conversations=str(tmp_path / "conversations.db"))
    document = client.get("/openapi.json").json()
    random, seen = Random(seed), set()  # noqa: S311  repeatable, not unguessable
    for operation in operations(document):
        method, path, described = operation
        for _ in range(REQUESTS_PER_OPERATION if "parameters" in described or "requestBody" in described else 1):
            status, media_type = ask(client, random, document, operation)
            documented = described["responses"].get(str(status))
            assert status < 500, (method, path, status)
            assert documented is not None, (method, path, status)
            assert media_type in documented.get("content", {"": {}}), (method, path, status, media_type)
            seen.add((path, status))
    assert {("/agent/run", status) for status in (200, 400, 408, 422)} <= seen
    assert {("/agent/stream", 200), ("/feedback", 404), ("/agent/conversations/{conversation_id}", 204)} <= seen
