"""The judge: held against people's labels first, and only then against the agent's answers."""

import asyncio
from pathlib import Path

import pytest
from pydantic_ai import ModelMessage, ModelResponse, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from evals.__main__ import FOLDER, dataset, trusted
from evals.agreement import Agreement
from evals.case import Task
from evals.errors import JudgeRefused, WrongFile
from evals.files import load_floors, load_labels, load_tasks
from evals.floors import Floors
from evals.judge import MOST_AT_ONCE, Judge, judge_of
from evals.subject import Run
from evals.verdict import Verdict, verdict_of
from tests.evals.test_command import evals, open_checkout

LABELS = FOLDER / "labels.yaml"
FLOORS = Floors.model_validate(
    {"floors": dict.fromkeys(("contains", "format", "tools", "tokens", "tool_calls", "judge"), 0.5)}
)


def always(good: bool) -> Judge:
    """A judge that does not look."""

    def answer(_messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        grade = {"reason": "always", "pass": good, "score": 1.0}
        return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, grade)])

    return Judge("always", FunctionModel(answer))


@pytest.mark.parametrize(
    ("pairs", "kappa", "said"),
    [
        ([(True, True), (False, False)], 1.0, "agrees with 2 of 2 labels (100%), kappa 1.00"),
        ([(True, True), (False, True)], 0.0, "agrees with 1 of 2 labels (50%), kappa 0.00"),
        ([(True, False), (False, True)], -1.0, "agrees with 0 of 2 labels (0%), kappa -1.00"),
        # 20, 5, 10 and 15 of 50: Cohen's own form of the example gives 0.4.
        (
            [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15,
            0.4,
            "agrees with 35 of 50 labels (70%), kappa 0.40",
        ),
        ([(True, True)] * 9 + [(False, True)], 0.0, "agrees with 9 of 10 labels (90%), kappa 0.00"),
    ],
)
def test_kappa_takes_out_what_chance_gives(pairs: list[tuple[bool, bool]], kappa: float, said: str) -> None:
    assert Agreement(pairs).kappa == pytest.approx(kappa)
    assert str(Agreement(pairs)) == said


def test_the_shipped_labels_are_balanced_and_the_offline_judge_is_held_against_them() -> None:
    labels = load_labels(LABELS)
    assert len(labels) >= 20
    assert 0.4 <= sum(label.good for label in labels) / len(labels) <= 0.6
    found = asyncio.run(judge_of("offline").agreement(labels))
    assert 0.6 <= found.kappa < 1, "it compares words, so some answers are beyond it"


@pytest.mark.parametrize("good", [True, False])
def test_a_judge_that_always_says_the_same_agrees_by_chance_alone(good: bool) -> None:
    assert asyncio.run(always(good).agreement(load_labels(LABELS))).kappa == 0


def test_a_judge_below_the_floor_is_refused_before_it_judges_anything() -> None:
    strict = FLOORS.model_copy(update={"judge_kappa": 0.95})
    with pytest.raises(
        JudgeRefused, match=r"the judge offline agrees with \d+ of \d+ labels .*, below 0.95: it is not"
    ):
        trusted("offline", load_labels(LABELS), strict)


def test_a_judge_whose_model_fails_is_refused() -> None:
    asked = list[object]()

    def fails(messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
        asked.append(messages)
        raise LookupError("no such model")

    with pytest.raises(JudgeRefused, match="the judge x failed: LookupError: no such model"):
        asyncio.run(Judge("x", FunctionModel(fails)).agreement(load_labels(LABELS)))
    assert len(asked) <= MOST_AT_ONCE


@pytest.mark.parametrize("text", ["[]", "- {task: a, answer: b, rubric: c, good: true}"])
def test_labels_that_tell_no_judges_apart_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.yaml").write_text(text)
    with pytest.raises(WrongFile, match="needs both good and bad answers"):
        load_labels(tmp_path / "labels.yaml")


def judged(answer: str, judge: Judge | None) -> Verdict:
    """The verdict on one task with a rubric."""
    task = Task(id="sum", task="What is 17 + 25?", rubric='The result is "42".')

    async def solve(_text: str) -> Run:
        return Run(answer=answer, tools=(), tokens=1)

    report = asyncio.run(dataset([task], FLOORS, judge).evaluate(solve, progress=False))
    return verdict_of(report, {"judge": 0.5})


def test_an_answer_that_fulfils_no_rubric_fails_with_the_judge_s_reason() -> None:
    judge = judge_of("offline")
    assert judged("The answer is 42.", judge).why_not is None
    found = judged("The answer is 43.", judge)
    assert found.why_not == "judge is 0.000, below its floor of 0.500"
    assert found.failed == ("sum: judge: it lacks '42'",)
    assert judged("The answer is 42.", None).why_not == "judge measured nothing"


def test_a_judge_needs_a_floor_and_none_is_needed_without_one() -> None:
    floors = Floors.model_validate({"floors": FLOORS.floors.model_dump(exclude={"judge"})})
    assert "judge" not in floors.by_evaluator()
    assert "judge" not in FLOORS.by_evaluator(), "without a judge it would measure nothing"
    with pytest.raises(WrongFile, match="need one for `judge`"):
        floors.by_evaluator(with_judge=True)


@pytest.mark.parametrize("name", ["floors.yaml", "live.yaml"])
def test_the_repositorys_own_floors_have_one(name: str) -> None:
    assert load_floors(FOLDER / name).by_evaluator(with_judge=True)["judge"]


def test_the_command_judges_and_says_how_far_the_judge_can_be_trusted(tmp_path: Path) -> None:
    done = evals(open_checkout(tmp_path), "--judge", "offline")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert done.stdout.startswith("judge: offline agrees with ")
    assert "\njudge             3       3   1.000   1.000\n" in done.stdout


def test_the_tools_of_an_mcp_server_can_be_expected(tmp_path: Path) -> None:
    path = tmp_path / "tasks.yaml"
    path.write_text("- {id: a, task: b, tools: [calculate, weather_forecast]}")
    assert load_tasks(path, ["weather"])[0].tools == ["calculate", "weather_forecast"]
    with pytest.raises(WrongFile, match=r"weather_forecast is not a tool; .*, and those of the MCP servers news$"):
        load_tasks(path, ["news"])
