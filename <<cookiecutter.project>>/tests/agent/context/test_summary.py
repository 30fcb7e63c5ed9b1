"""Summaries of the turns that are left out, in real runs of an agent."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic_ai import (
    Agent,
    ModelHTTPError,
    ModelMessage,
    ModelResponse,
    RequestUsage,
    RunUsage,
    TextPart,
    ToolCallPart,
    UsageLimits,
)
from pydantic_ai.exceptions import UsageLimitExceeded
from pydantic_ai.models.function import AgentInfo, FunctionModel

from agent.context import FittedModel, spent_in
from agent.context.summary import MOST_REQUESTS, Summaries, key_of
from agent.context.view import SUMMARY
from agent.metrics import Metrics
from tests.agent.conftest import Serve
from tests.agent.context.histories import Tokenizer, answered, asked
from tests.agent.samples import samples

WINDOW_TOKENS = 2_000
INSTRUCTIONS = "Answer in one sentence."
TASK = "Remember " + "x" * 300
NO_LIMITS = UsageLimits()
COST = Decimal("0.01")


class Remembers(FunctionModel):
    """Answers each task, and summarises as `summarise` does; `sent` has its tasks, `read` what it summarised."""

    def __init__(self, summarise: Callable[[str], str] = lambda _: "The user likes x.", calls: int = 0) -> None:
        self._calls = calls
        self.sent: list[list[ModelMessage]] = []
        self.read: list[str] = []
        self._summarise = summarise
        super().__init__(self._respond, model_name="remembers")

    def _respond(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        tokens = Tokenizer(0.25, 4, 50).tokens(messages)
        usage = RequestUsage(input_tokens=tokens, output_tokens=10, cost=COST)
        if info.instructions == INSTRUCTIONS:
            assert tokens <= WINDOW_TOKENS
            self.sent.append(messages)
            if len(self.sent) % (self._calls + 1):
                return ModelResponse([ToolCallPart("look", {})], usage=usage)
            return ModelResponse([TextPart("Done.")], usage=usage)
        self.read.append(str(messages[0].parts[0].content))  # type: ignore[union-attr]
        return ModelResponse([TextPart(self._summarise(self.read[-1]))], usage=usage)


def fitted(model: Remembers, **settings: bool) -> Agent[None, str]:
    with_summaries = settings.get("with_summaries", True)
    wrapped = FittedModel(model, WINDOW_TOKENS, Metrics([]), with_summaries=with_summaries)
    agent = Agent(wrapped, instructions=INSTRUCTIONS, deps_type=type(None))

    @agent.tool_plain
    def look() -> str:
        return "seen"

    return agent


def talk(
    agent: Agent[None, str], turns: int, history: Sequence[ModelMessage] = (), limits: UsageLimits = NO_LIMITS
) -> tuple[list[ModelMessage], list[RunUsage]]:
    """The history after so many turns, and what each turn's run used."""
    used = []
    for turn in range(turns):
        usage = RunUsage()
        with spent_in(usage, limits):
            running = agent.run(f"{turn}: {TASK}", message_history=history, usage=usage, usage_limits=limits)
            history = asyncio.run(running).all_messages()
        used.append(usage)
    return list(history), used


def text(messages: Sequence[ModelMessage]) -> str:
    return str([getattr(part, "content", "") for message in messages for part in message.parts])


def test_what_is_left_out_is_sent_as_a_summary_and_the_history_stays_whole() -> None:
    model = Remembers()
    history, _ = talk(fitted(model), 30)
    assert SUMMARY.format("The user likes x.").strip()[:40] in text(model.sent[-1])
    assert "'0: Remember" not in text(model.sent[-1])
    assert "user: 0: Remember" in model.read[0]
    assert "29: Remember" in text(model.sent[-1][-1:])
    assert len(history) == 60
    assert "Summary of" not in text(history)


def test_a_summary_builds_on_the_one_before_and_is_written_once() -> None:
    model = Remembers(lambda read: "first" if "so far:\nnone" in read else "second")
    talk(fitted(model), 40)
    assert 2 <= len(model.read) == len(set(model.read)) <= 6
    assert "Summary so far:\nfirst" in model.read[1]
    assert "user: 0: Remember" not in model.read[1], "the old turns are in the summary"
    prefixes = [text(messages[:1]) for messages in model.sent]
    changes = sum(one != other for one, other in itertools.pairwise(prefixes))
    assert changes == len(model.read), "between two summaries the sent prefix stays"


def test_what_a_summary_uses_is_part_of_its_runs_usage_and_limits() -> None:
    model = Remembers()
    agent = fitted(model)
    history, used = talk(agent, 3)
    before = len(model.read)
    while len(model.read) == before:
        history, used = talk(agent, 1, history)
    assert used[-1].requests == 2
    assert used[-1].input_tokens > Tokenizer(0.25, 4, 50).tokens(model.sent[-1])
    assert used[-1].cost == 2 * COST
    with pytest.raises(UsageLimitExceeded):
        talk(fitted(Remembers()), 30, limits=UsageLimits(cost_limit=COST))


def test_without_a_summary_the_run_goes_on_and_does_not_try_again_with_each_request() -> None:
    def fail(_: str) -> str:
        raise ModelHTTPError(503, "remembers")

    model = Remembers(fail, calls=4)
    talk(fitted(model), 30)
    assert "Summary of" not in text(model.sent[-1])
    assert len(model.sent) == 30 * 5
    assert 1 < len(model.read) <= 30, "once in a run"


def test_the_longest_summary_is_cut() -> None:
    model = Remembers(lambda _: "語" * 10_000)
    talk(fitted(model), 30)
    assert 0 < text(model.sent[-1]).count("語") <= WINDOW_TOKENS * 0.1 / 3


def test_without_the_setting_nothing_is_summarised() -> None:
    model = Remembers()
    talk(fitted(model, with_summaries=False), 30)
    assert model.read == []


def test_a_conversation_that_was_never_summarised_is_read_in_few_pieces_the_newest() -> None:
    model = Remembers()
    history = [message for turn in range(80) for message in (asked(f"{turn}: {TASK}"), answered("Done."))]
    summaries = Summaries(model, WINDOW_TOKENS, most=2)
    assert asyncio.run(summaries.write(history, None, 0)) == "The user likes x."
    assert len(model.read) == MOST_REQUESTS
    assert "user: 79: Remember" in "".join(model.read)
    assert "user: 0: Remember" not in "".join(model.read)
    for turn in range(3):
        asyncio.run(summaries.write(history[:turn], None, 0))
    assert summaries.known(history) is None, "only the newest are remembered"


def test_two_conversations_share_a_summary_only_if_they_are_the_same() -> None:
    assert key_of([asked("a")]) == key_of([asked("a")]) != key_of([asked("b")])


@pytest.mark.parametrize("is_set", [True, False])
def test_the_service_summarises_by_setting_and_counts_it_in_run_and_budget(
    serve: Serve, tmp_path: Path, is_set: bool
) -> None:
    settings = {"model": "offline:window=2000", "conversations": str(tmp_path / "c.db"), "budget_tokens": 10**6}
    client = serve(**settings, context_summaries=is_set)
    task = {"task": f"Sing me a song. {'La. ' * 150}", "conversation_id": "songs"}
    used = [client.post("/agent/run", json=task).json()["usage"]["requests"] for _ in range(12)]
    assert min(used) == 1
    assert (1 <= sum(each > 1 for each in used) <= 4) is is_set
    found = samples(client)
    counted = found["agent_tokens_total", "input"] + found["agent_tokens_total", "output"]
    assert found["agent_budget_used", "service,tokens"] == counted
