"""SQLite and several replicas: refused with a sentence, before anything is written."""

import shutil
from pathlib import Path

import pytest
import yaml

from rollout.cli.command import main
from rollout.kubernetes.render import FOLDER, RULES
from tests.repository import REPOSITORY
from tests.rollout.policies import SMALL

NONE, FILE = '{name: AGENT_CONVERSATIONS, value: ""}', "{name: AGENT_CONVERSATIONS, value: /data/conversations.sqlite}"
SCALING, SCALED = "  # - ../../components/scaling", "  - ../../components/scaling"


def render(tmp_path: Path, changes: dict[str, tuple[str, str]]) -> int:
    """Render with these files of deploy/kubernetes/ changed."""
    out = tmp_path / "kubernetes"
    shutil.copytree(REPOSITORY / FOLDER, out, ignore=shutil.ignore_patterns("rendered"))
    for name, (old, new) in changes.items():
        text = (out / name).read_text()
        assert old in text
        (out / name).write_text(text.replace(old, new))
    (tmp_path / "rollout.yaml").write_text(SMALL)
    rules = ["--rules", str(REPOSITORY / RULES)]
    return main(["render", "--policy", str(tmp_path / "rollout.yaml"), "--out", str(out), *rules])


def test_what_is_shipped_keeps_no_conversations_and_is_rendered(tmp_path: Path) -> None:
    assert render(tmp_path, {}) == 0


def test_sqlite_is_refused_with_several_replicas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert render(tmp_path, {"base/rollout.yaml": (NONE, FILE)}) == 2
    said = capsys.readouterr().err
    assert "AGENT_CONVERSATIONS is the SQLite file /data/conversations.sqlite, and there can be 2 replicas" in said
    assert not list(tmp_path.rglob("rendered"))


def test_so_is_the_log_of_experiments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = f"{NONE}\n            - {{name: AGENT_EXPERIMENTS, value: experiments.db}}"
    assert render(tmp_path, {"base/rollout.yaml": (NONE, log)}) == 2
    assert "AGENT_EXPERIMENTS is the SQLite file experiments.db" in capsys.readouterr().err


@pytest.mark.parametrize(
    "database",
    [
        "{name: AGENT_CONVERSATIONS, value: 'postgresql://db/agent'}",
        "{name: AGENT_CONVERSATIONS, valueFrom: {secretKeyRef: {name: agent, key: conversations}}}",
    ],
)
def test_a_database_is_for_any_number_of_replicas(tmp_path: Path, database: str) -> None:
    assert render(tmp_path, {"base/rollout.yaml": (NONE, database)}) == 0


def test_sqlite_is_allowed_with_one_replica(tmp_path: Path) -> None:
    one = {"base/rollout.yaml": (f"{NONE}", FILE)}
    out = tmp_path / "one"
    out.mkdir()
    assert render(out, one | {"overlays/gateway/release.yaml": ("spec:", "spec:\n  replicas: 1")}) == 2  # traefik: 2
    both = {f"overlays/{each}/release.yaml": ("spec:\n  template", "spec:\n  replicas: 1\n  template")
            for each in ("gateway", "traefik")}  # fmt: skip
    assert render(tmp_path, one | both) == 0


def test_sqlite_is_refused_if_scaling_can_add_replicas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changes = {"base/rollout.yaml": (NONE, FILE)}
    for each in ("gateway", "traefik"):
        changes[f"overlays/{each}/release.yaml"] = ("spec:\n  template", "spec:\n  replicas: 1\n  template")
    changes["overlays/traefik/kustomization.yaml"] = (SCALING, SCALED)
    assert render(tmp_path, changes) == 2
    assert "overlays/traefik: AGENT_CONVERSATIONS is the SQLite file" in capsys.readouterr().err


def test_sqlite_is_refused_in_an_inline_patch_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patch = {"kind": "Rollout", "spec": {"template": {"spec": {"containers": [{"env": [yaml.safe_load(FILE)]}]}}}}
    inline = yaml.safe_dump([{"patch": yaml.safe_dump(patch)}]).replace("\n", "\n  ")
    changes = {"overlays/traefik/kustomization.yaml": ("patches:\n", f"patches:\n  {inline.rstrip()}\n")}
    assert render(tmp_path, changes) == 2
    assert "overlays/traefik: AGENT_CONVERSATIONS is the SQLite file" in capsys.readouterr().err


def test_sqlite_is_refused_when_its_name_comes_from_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = "{name: AGENT_CONVERSATIONS, valueFrom: {configMapKeyRef: {name: agent, key: conversations}}}"
    assert render(tmp_path, {"base/rollout.yaml": (NONE, elsewhere)}) == 2
    assert "AGENT_CONVERSATIONS is the SQLite file that valueFrom names" in capsys.readouterr().err


@pytest.mark.parametrize(
    "remote", ["https://example.com/base.yaml", "github.com/example/base//deploy?ref=v1", "git@example.com:base"]
)
def test_what_kustomize_fetches_from_elsewhere_stops_no_render(tmp_path: Path, remote: str) -> None:
    name = "overlays/traefik/kustomization.yaml"
    assert render(tmp_path, {name: ("  - ../../base", f"  - ../../base\n  - {remote}")}) == 0


def test_a_path_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert render(tmp_path, {"overlays/traefik/kustomization.yaml": ("  - ../../base", "  - missing.yaml")}) == 2
    assert "missing.yaml: can't be read" in capsys.readouterr().err
