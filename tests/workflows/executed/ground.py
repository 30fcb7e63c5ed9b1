"""Everything that workflows need: a remote, a registry, a host with a stable release, and a fake of GitHub's API."""

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.host.registry import Registry
from tests.host.service import Service
from tests.waiting import wait_until
from tests.workflows.executed import programs, stand_ins
from tests.workflows.executed.act import Run, begin
from tests.workflows.executed.origin import Origin

NAME = "my-org/my-agent"
BUILT_WITHIN_SECONDS = 900.0
CANARIES = {name: f"canary-{secrets.token_hex(16)}" for name in ("SSH_KEY", "REGISTRY_PASSWORD", "GITHUB_TOKEN")}
"""Every secret that the workflows get: none may appear in any output."""


class Ground:
    """`notes`: the inputs of the fake actions, for each run. `image`: the name of the releases' image. `login`: act's
    options for the variables and secrets that lead to the target."""

    def __init__(
        self,
        folder: Path,
        registry: Registry,
        service: Service | None = None,
        change: Callable[[Path], None] = lambda _: None,
    ) -> None:
        """`change` changes the repository before its first commit."""
        self.folder, self.service = folder, service
        self.image = f"{registry.address}/{NAME}"
        self.origin = Origin(folder, registry.address, change)
        self.login = ["--var=DOCKER_HOST=unix:///var/run/docker.sock"]
        self._actions = list(stand_ins.arguments(folder / "stand-ins"))
        self._secrets = folder / "secrets"
        self._secrets.write_text("".join(f"{name}={value}\n" for name, value in CANARIES.items()))
        self.environment = {
            "PATH": f"{programs.put(folder / 'bin', 'gh', programs.GH)}{os.pathsep}{os.environ['PATH']}",
            "COSIGN": str(programs.put(folder / "cosign", "cosign", programs.COSIGN)),
            "SIGNATURES": str(folder / "signatures"),
            "ORIGIN": str(self.origin.path),
            "NOTES": str(folder / "notes"),
            "TURN": str(folder / "turn"),
            "UPLOADED": str(folder / "uploaded"),
            "DOCKER_CONFIG": str(docker_config(folder / "docker")),  # `docker login` is real
            "MYPY_CACHE_DIR": str(folder / "mypy"),
            "TERM": "dumb",  # act gives each step a terminal, and GitHub does not
            **({"ROLLOUT_SERVICE": service.project} if service else {}),
        }
        for file in ("notes", "signatures", "turn"):
            (folder / file).touch()

    def push_tag(self, clone: Path, *, name: str = "", whole: bool = False, **environment: str) -> Run:
        """What GitHub does when the tag at a clone's commit is pushed.

        `name` distinguishes runs of one tag. With `whole`, both rehearsals run; otherwise only the bad one, which is
        much shorter.
        """
        tag = clone.name
        event = {"ref": f"refs/tags/{tag}", "repository": {"full_name": NAME, "private": False}}
        return self._begin(name or tag, "push", "release", f"refs/tags/{tag}", clone, event, whole, environment)

    def pull_request(self, clone: Path, *, whole: bool = False, repository: str = NAME) -> Run:
        """What GitHub does for a pull request to main from a branch of a repository, such as a fork."""
        head = {"ref": clone.name, "sha": "c0ffee", "repo": {"full_name": repository}}
        number = {"number": 7, "head": head, "base": {"ref": "main"}}
        event = {"pull_request": number, "repository": {"full_name": NAME}}
        return self._begin(clone.name, "pull_request", "ci", "refs/pull/7/merge", clone, event, whole, {})

    def roll_back(self, clone: Path, release: str, *, name: str, now: bool = True) -> Run:
        """What GitHub does when somebody runs rollback.yml by hand; with `now` without gates."""
        inputs = {"release": release, "reason": "in haste", "now": "true" if now else "false"}
        event = {"inputs": inputs, "repository": {"full_name": NAME}}
        return self._begin(name, "workflow_dispatch", "rollback", "refs/heads/main", clone, event, True, {})

    def _begin(
        self,
        name: str,
        kind: str,
        workflow: str,
        ref: str,
        clone: Path,
        event: Mapping[str, Any],
        whole: bool,
        environment: dict[str, str],
    ) -> Run:
        made = self.folder / "runs" / name
        made.mkdir(parents=True)
        (made / "event.json").write_text(json.dumps(event))
        path = f".github/workflows/{workflow}.yml"
        arguments = [
            kind,
            f"--workflows={path}",
            f"--eventpath={made / 'event.json'}",
            f"--action-cache-path={made / 'act'}",
            f"--secret-file={self._secrets}",
            *self.login,
            "--var=SERVICE_URL=https://my-agent.example.org",
            f"--env=GITHUB_REPOSITORY={NAME}",
            f"--env=GITHUB_WORKFLOW_REF={NAME}/{path}@{ref}",
            *([] if whole else ["--matrix=expect:rolled_back"]),
            *self._actions,
        ]
        return begin(clone, made / "log", arguments, self.environment | {"RUN": name} | environment)

    def notes(self, run: str, action: str, job: str = "") -> list[dict[str, Any]]:
        """The inputs of an action, and what it did, in the order of a run."""
        complete = (
            (self.folder / "notes").read_text().rpartition("\n")[0]
        )  # another process may be writing the last line
        lines = (json.loads(line) for line in complete.splitlines())
        return [line for line in lines if line["run"] == run and line["action"] == action and job in ("", line["job"])]

    def built(self, run: str) -> dict[str, str]:
        """target -> the image by its digest, as it was pushed."""
        notes = self.notes(run, "docker/build-push-action")
        return {note["inputs"]["target"]: f"{name_of(note)}@{note['digest']}" for note in notes}

    def wait_for_build(self, run: Run, name: str) -> None:
        """Wait until a release is built: a test's load must not overlap with the rehearsals and builds."""

        def built_or_over() -> bool:
            return len(self.built(name)) == 2 or run.process.poll() is not None

        wait_until(built_or_over, BUILT_WITHIN_SECONDS, lambda: f"{name}: {self.built(name)}")
        assert run.process.poll() is None, run.said()[-4000:]

    def signed(self) -> list[tuple[str, str]]:
        """Each signed image, and the identity of the signature."""
        lines = (self.folder / "signatures").read_text().splitlines()
        return [(image, identity) for image, _, identity in (line.partition(" ") for line in lines)]

    def written(self) -> Iterator[tuple[Path, str]]:
        """Everything that people can see of any run: its log with its summaries, and its artifacts."""
        seen = [*self.folder.glob("runs/*/log"), *self.folder.glob("uploaded/**/*"), self.folder / "notes"]
        yield from ((path, path.read_text(encoding="utf-8")) for path in seen if path.is_file())


def name_of(note: Mapping[str, Any]) -> str:
    """The name of an image without its tag."""
    return str(note["inputs"]["tags"]).rpartition(":")[0]


def docker_config(folder: Path) -> Path:
    """An empty configuration of docker, except for its plugins: builds need buildx."""
    folder.mkdir()
    plugins = Path(os.environ.get("DOCKER_CONFIG", Path.home() / ".docker")) / "cli-plugins"
    if plugins.exists():
        (folder / "cli-plugins").symlink_to(plugins)
    return folder
