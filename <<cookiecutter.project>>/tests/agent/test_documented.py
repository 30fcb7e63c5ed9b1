"""Every curl line of the docs, in the order of its page: the answer is the one that the page shows."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.agent.conftest import Serve, Start
from tests.agent.service import ROOT, Service
from tests.curl import typed
from tests.pages import DOCS

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CURL = re.compile(r"^curl .+$", re.MULTILINE)
# A test of the template runs its line, in a repository that was changed as the guide says.
ELSEWHERE = "guides/make-it-your-agent.md"
PAGES = sorted(
    str(page.relative_to(DOCS))
    for page in DOCS.rglob("*.md")
    if CURL.search(page.read_text(encoding="utf-8")) and str(page.relative_to(DOCS)) != ELSEWHERE
)


class Step(NamedTuple):
    """One line that a page tells its reader to type, and what it shows as the answer; empty if it shows none."""

    line: str
    shown: str


def steps(page: str) -> Iterator[Step]:
    """The lines of a page's shell blocks. A block of another language shows the answer to the block before it."""
    blocks = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    for (language, text), (next_language, shown) in zip(blocks, [*blocks[1:], ("shell", "")], strict=True):
        if language == "shell":
            *others, last = text.splitlines()
            yield from (Step(line, "") for line in others)
            yield Step(last, "" if next_language == "shell" else shown)


def is_as_shown(answer: str, shown: str, run_id: str) -> bool:
    """Whether an answer is the one that a page shows: `…` is any text, and spaces do not count."""
    pattern = ".*".join(map(re.escape, squeezed(shown.replace("RUN_ID", run_id)).split("…")))
    return re.fullmatch(pattern, squeezed(answer), re.DOTALL) is not None


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@dataclass
class Reader:
    """Somebody who types what a page says, in an empty folder. `run_id` is the newest that an answer had."""

    start: Start
    folder: Path
    service: Service | None = None
    token: str = ""
    run_id: str = ""

    def types(self, step: Step) -> None:
        """Type one line, and compare what comes with what the page shows."""
        line = step.line
        if line.startswith("curl "):
            self.calls(line.replace("RUN_ID", self.run_id).replace("TOKEN", self.token), step.shown)
        elif line.endswith("make run"):
            env = dict(each.split("=", 1) for each in shlex.split(line.removesuffix("make run")))
            self.service = self.start(**env)
        elif line.startswith(".venv/bin/python "):
            command = [sys.executable, *shlex.split(line)[1:]]
            env = {**os.environ, "PYTHONPATH": str(ROOT)}
            done = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=True)
            self.token = done.stdout.strip()
        else:
            assert line == "rollout doctor", f"this test can't type it: {line}"

    def calls(self, line: str, shown: str) -> None:
        self.service = self.service or self.start()
        address = self.service.url().removeprefix("http://")
        called = typed(line, address)
        called.check_returncode()
        assert shown, f"the page does not show the answer to {line}"
        assert is_as_shown(called.stdout, shown, self.run_id), f"{line}\nanswered {called.stdout}\nnot {shown}"
        if found := re.search(r'"run_id": ?"(\w+)"', called.stdout):
            self.run_id = found[1]


@pytest.mark.parametrize("page", PAGES)
def test_each_line_is_answered_as_the_page_shows(start: Start, tmp_path: Path, page: str) -> None:
    reader = Reader(start, tmp_path)
    for step in steps(page):
        reader.types(step)


@pytest.mark.parametrize("page", PAGES)
def test_no_curl_line_is_outside_of_what_is_typed(page: str) -> None:
    lines = re.findall(r"^\s*\$?\s*curl .*$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert [step.line for step in steps(page) if "curl " in step.line] == lines


def test_the_guide_calls_each_operation_of_the_service(serve: Serve, tmp_path: Path) -> None:
    client = serve(conversations=str(tmp_path / "conversations.db"))
    lines = [step.line for step in steps("guides/call-the-service.md") if step.line.startswith("curl ")]
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        called = re.compile(r"localhost:8080" + re.sub(r"\{\w+\}", r"[\\w-]+", path) + r"(?=['? ]|$)")
        for method in methods:
            assert any(called.search(line) and method_of(line) == method for line in lines), (method, path)


def method_of(line: str) -> str:
    """What curl sends."""
    named = re.search(r" -X (\w+)", line)
    return named[1].lower() if named else "post" if " -d " in line else "get"
