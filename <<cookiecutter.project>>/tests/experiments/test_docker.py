"""The log on a Docker host: the same answers as from a file, and clear refusals."""

import json
from pathlib import Path

import pytest

from agent.experiments import records
from agent.experiments.onhost import parser
from experiments import docker, errors
from experiments.command import main
from experiments.commands import experiment_of
from experiments.docker import HostLog
from experiments.evidence import Evidence
from experiments.log import opened, rehearsed
from rollout.docker.container import Said
from rollout.errors import HostFailed, OtherVersion, Refused, RolloutError
from rollout.onhost import names
from tests.experiments.filled import Behaviour, fill
from tests.experiments.onhost import VOLUME, Engine
from tests.experiments.samples import CHEAPER, defined

METRICS = ("cost_per_task", "completion", "tokens_per_task")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A host with a release that declares an experiment, and an empty log."""
    monkeypatch.delenv("AGENT_EXPERIMENTS", raising=False)
    for name in ("app/experiments", "data"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "app" / "agent.env").write_text("AGENT_EXPERIMENTS=experiments.db\n")
    (tmp_path / "app" / "experiments" / "cheaper.yaml").write_text(CHEAPER)
    with rehearsed(str(tmp_path / "data" / "experiments.db")):
        pass
    made = Engine(tmp_path / "app", tmp_path / "data")
    made.release("blue", 1)
    return made


def start(log: HostLog, folder: Path, text: str = CHEAPER) -> None:
    definition = defined(folder, text)
    log.start(experiment_of(definition), definition.sha256, "-x", "0123abc")


def test_a_host_and_a_file_give_the_same_answers(engine: Engine, tmp_path: Path) -> None:
    log, path = engine.log(), engine.data / "experiments.db"
    start(log, tmp_path)
    fill(path, 900, Behaviour(cost=0.005), release=lambda number: f"v{number % 3}")
    with opened(str(path)) as file:
        assert log.started("cheaper") == file.started("cheaper")
        ours, theirs = log.evidence("cheaper", METRICS, 1_500.5), file.evidence("cheaper", METRICS, 1_500.5)
        assert without_time(ours) == without_time(theirs)
        assert sum(ours.exposed) == 501
        log.end("cheaper", "-y", {"kind": "stopped", "reason": "a new model"}, 1_234.5)
        ended = file.started("cheaper")
    assert (ended.by, ended.ended_by, ended.ended_at) == ("-x", "-y", 1_234.5)
    with pytest.raises(errors.Ended):
        log.end("cheaper", "b", {})


def without_time(found: Evidence) -> Evidence:
    return Evidence(found.exposed, found.began, found.until, found.measured, 0)


def test_the_container_has_what_the_release_has_and_nothing_else(engine: Engine) -> None:
    with pytest.raises(errors.NotStarted, match="cheaper was not started"):
        engine.log().started("cheaper")
    assert engine.settings["network_mode"] == "container:blue"
    mounts = [(each["Source"], each["Target"], each["ReadOnly"]) for each in engine.settings["mounts"]]
    assert mounts == [(VOLUME, names.DATA, False), ("my-agent_secrets", names.SECRETS, True)]
    assert engine.settings["oom_score_adj"] == 1000


def test_what_was_not_started_is_not_stopped_in_a_file_or_on_a_host(engine: Engine) -> None:
    with opened(str(engine.data / "experiments.db")) as file:
        for log in (engine.log(), file):
            with pytest.raises(errors.NotStarted):
                log.end("cheaper", "a", {})


def test_the_longest_definition_arrives_although_arguments_are_limited(engine: Engine, tmp_path: Path) -> None:
    prompts = ("\U0001f600" * 20_000, "-" + "\U0001f601" * 19_999)
    text = CHEAPER.replace('model: "offline:cost=0.5"', f'prompt: "{prompts[0]}"').replace(
        "control: {share: 50%", f'control: {{share: 50%, prompt: "{prompts[1]}"'
    )
    (engine.app / "experiments" / "cheaper.yaml").write_text(text)
    start(engine.log(), tmp_path, text)
    with records.opened(str(engine.data / "experiments.db")) as file:
        (found,) = file.running()
    assert tuple(each.prompt for each in found.variants) == (prompts[1], prompts[0])
    assert 4 * docker.PIECE_CHARACTERS < 128 * 1024


@pytest.mark.parametrize("released", [None, CHEAPER + "# another\n"])
def test_what_is_not_part_of_the_release_does_not_start(engine: Engine, tmp_path: Path, released: str | None) -> None:
    """Invariant 7: what reaches production was signed and approved, and a prompt is what users get."""
    path = engine.app / "experiments" / "cheaper.yaml"
    path.unlink() if released is None else path.write_text(released)
    with pytest.raises(errors.NotReleased, match=r"experiments/cheaper\.yaml: release it"):
        start(engine.log(), tmp_path)
    with pytest.raises(errors.NotStarted):
        engine.log().started("cheaper")


def test_the_release_that_has_run_for_longest_answers(engine: Engine) -> None:
    """A canary was not proved; what was stable before may be gone at any time."""
    engine.release("green", 2)
    engine.log().evidence("cheaper", METRICS)
    engine.release("blue", 1, "exited")
    engine.log().evidence("cheaper", METRICS)
    assert engine.ran == ["blue@sha256:1", "green@sha256:1"]
    engine.release("green", 2, "exited")
    with pytest.raises(errors.NoRelease):
        engine.log()


def test_a_release_without_the_volume_or_without_a_log_is_refused(engine: Engine) -> None:
    engine.release("green", 0, **{names.SECRETS: "my-agent_secrets"})
    with pytest.raises(errors.NoLog, match="has no volume at /var/lib/agent"):
        engine.log()
    engine.release("green", 2)
    (engine.data / "experiments.db").unlink()
    with pytest.raises(errors.NoLog, match=r"experiments\.db does not exist"):
        engine.log().started("cheaper")
    (engine.app / "agent.env").write_text("")
    with pytest.raises(errors.NoLog, match=r"set AGENT_EXPERIMENTS in agent\.env"):
        engine.log().started("cheaper")
    (engine.app / "agent.env").write_text("AGENT_EXPERIMENT=x\n")
    with pytest.raises(errors.NoLog, match="the settings of the release are wrong"):
        engine.log().started("cheaper")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (
            Said(1, "", "python: No module named agent.experiments.__main__; it cannot be directly executed"),
            OtherVersion,
        ),
        (Said(2, "", "usage: python -m agent.experiments"), OtherVersion),
        (Said(0, '{"sha256": "0", "colour": 1}', ""), OtherVersion),
        (Said(0, "[]", ""), OtherVersion),
        (Said(0, "no json", ""), OtherVersion),
        (Said(2, '{"refused": {"code": "other_version", "message": "no"}}\n', ""), OtherVersion),
        (Said(2, '{"refused": {"code": "from_the_future", "message": "no"}}\n', ""), Refused),
        (Said(137, "", ""), HostFailed),
    ],
)
def test_another_version_and_a_failure_are_told_apart(engine: Engine, said: Said, kind: type[RolloutError]) -> None:
    engine.says = said
    with pytest.raises(kind) as found:
        engine.log().started("cheaper")
    assert type(found.value) is kind


def test_a_metric_that_the_release_does_not_know_is_another_version(engine: Engine) -> None:
    with pytest.raises(OtherVersion, match="invalid choice: 'happiness'"):
        engine.log().evidence("cheaper", ["happiness"])


def test_each_command_of_the_image_is_one_that_the_host_log_uses() -> None:
    source = Path(docker.__file__).read_text()
    (commands,) = (each.choices for each in parser()._actions if each.dest == "==SUPPRESS==" or each.choices)
    assert commands is not None
    assert all(f'"{name}"' in source for name in commands)


def test_without_a_host_the_message_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "nonsense://host")
    assert main(["stop", "cheaper", "--reason", "a test", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["refused"]["code"] == "no_host"
