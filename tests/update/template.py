"""A template with a history: the version 0.1.0, and versions that each change one thing since."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.source import PROJECT
from update.git import BY_TEMPLATE, Git
from update.versions import Clone

CHANGELOG = "# Changelog\n\n## 0.1.0\n\nWhat you must do:\n\n- **Nobody:** nothing.\n\n- The first.\n"
SECOND = "# Changelog\n\n## 0.2.0\n\nWhat you must do:\n\n- **Operators:** run `rollout doctor`.\n\n- {what}.\n\n"
FIXED = 'if names else "none"', 'if names else "no one"'
"""In a line of rollout/text.py that is longer than most people's formatters allow."""
RULES, RULES_NOW = "monitoring/rules/latency.yml", "monitoring/rules/slowness.yml"
NEW_FILE = "rollout/gates/spare.py"


def git(folder: Path) -> Git:
    return Git(folder, BY_TEMPLATE)


def replaced(path: Path, old: str, new: str) -> None:
    """Replace a text that the file has exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} has {text.count(old)} x {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def fix(project: Path) -> None:
    replaced(project / "rollout/text.py", *FIXED)


def new_file(project: Path) -> None:
    (project / NEW_FILE).write_text('"""A gate to spare."""\n')


def renamed_file(project: Path) -> None:
    (project / RULES).rename(project / RULES_NOW)


def new_question(project: Path) -> None:
    settings = project.parent / "cookiecutter.json"
    asked = json.loads(settings.read_text())
    prompts = asked["__prompts__"] | {"region": "Region of the host"}
    settings.write_text(json.dumps({"region": "eu-west", **asked, "__prompts__": prompts}, indent=2))
    replaced(
        project / ".template.json", '"license": <<', '"region": << cookiecutter.region | tojson >>,\n    "license": <<'
    )
    with (project / "agent.env").open("a") as file:
        file.write("\nAGENT_REGION=<< cookiecutter.region >>\n")


@dataclass(frozen=True)
class Change:
    """What a version changes, and whether a repository has it."""

    make: Callable[[Path], None]
    there: Callable[[Path], bool]


def has(path: str, text: str) -> Callable[[Path], bool]:
    return lambda folder: (folder / path).is_file() and text in (folder / path).read_text(encoding="utf-8")


CHANGES = {
    "a fix in rollout/": Change(fix, has("rollout/text.py", FIXED[1])),
    "a new file": Change(new_file, has(NEW_FILE, "to spare")),
    "a renamed file": Change(renamed_file, lambda folder: (folder / RULES_NOW).exists()),
    "a new question": Change(new_question, has("agent.env", "AGENT_REGION=eu-west")),
}
INSTALL = 'sh "<<cookiecutter.project>>/requirements/install" --git requirements/bake.txt'
TAGS = {name: f"v0.2.0-{number}" for number, name in enumerate(CHANGES)}


def with_history(template: Path) -> Path:
    """Make the folder a repository, with the tag v0.1.0 and one for each change."""
    repository = git(template)
    (template / "CHANGELOG.md").write_text(CHANGELOG)
    repository.run("init", "--quiet", "--initial-branch=main")
    tagged(repository, "v0.1.0")
    for name, change in CHANGES.items():
        repository.run("checkout", "--quiet", "--detach", "v0.1.0")
        change.make(template / PROJECT)
        version(template, "0.2.0", SECOND.format(what=name))
        tagged(repository, TAGS[name])
    repository.run("checkout", "--quiet", "main")
    repository.run("gc", "--quiet")  # a clone of one pack is faster than of 1500 files
    return template


def with_two_releases(history: Path, template: Path) -> Path:
    """A clone of a template with a history, whose newest release is the fix in rollout/ and whose update/run finds its
    packages installed."""
    git(history).run("clone", "--quiet", "--shared", str(history), str(template))
    repository = git(template)
    repository.run("checkout", "--quiet", "--detach", TAGS["a fix in rollout/"])
    replaced(template / "update/run", INSTALL, f'ln -s "{sys.prefix}" .venv')
    repository.run("commit", "--quiet", "--all", "--message", "installed")
    for tag in TAGS.values():
        repository.run("tag", "--delete", tag)
    repository.run("tag", "v0.2.0")
    return template


def version(template: Path, name: str, part: str) -> None:
    """The next version: its number, and its part of the changelog."""
    replaced(template / "cookiecutter.json", '"_version": "0.1.0"', f'"_version": "{name}"')
    replaced(template / "CHANGELOG.md", "# Changelog\n\n", part)


def tagged(repository: Git, tag: str) -> None:
    repository.run("add", "--all", "--force")
    repository.run("commit", "--quiet", "--message", tag)
    repository.run("tag", tag)


class Kept(Clone):
    """The versions of a clone, each baked once for the same answers."""

    def __init__(self, folder: Path, to: Path) -> None:
        super().__init__(folder)
        self._to = to
        self._made: dict[str, Path] = {}

    @contextmanager
    def baked(self, commit: str, answers: Mapping[str, object]) -> Iterator[Path]:
        wanted = json.dumps([commit, answers])
        if wanted not in self._made:
            to = self._to / str(len(self._made))
            with super().baked(commit, answers) as made:
                git(made).run("clone", "--quiet", "--bare", str(made), str(to))
            self._made[wanted] = to
        yield self._made[wanted]
