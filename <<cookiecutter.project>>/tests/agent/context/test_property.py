"""Thousands of random conversations and tool chains: what must hold for each request that is sent."""

from dataclasses import replace
from random import Random

import pytest
from pydantic_ai import ModelMessage, ModelRequest, SystemPromptPart, ToolCallPart, ToolReturnPart

from agent.context.summary import SUMMARY_BYTES_PER_TOKEN
from agent.context.view import SUMMARY, View, turns
from agent.context.window import Window
from tests.agent.context.histories import Tokenizer, answered, asked, called, random_text, returned

CONVERSATIONS = 2_000
MOST_PREFIX_CHANGES_RATIO = 0.10
LEAST_REFUSED_RATIO = 0.4
"""A request that would have filled less is not refused."""


class Conversation:
    """One conversation with a model; it checks each request before it 'sends' it."""

    def __init__(self, seed: int, *, with_summaries: bool = False) -> None:
        self.with_summaries = with_summaries
        self.summed = 0
        self.random = random = Random(seed)  # noqa: S311  a failure must be repeatable
        fixed_bytes, per_byte = random.randint(0, 3_000), random.uniform(0.15, 0.31)
        self.model = Tokenizer(per_byte, random.randint(0, 4), round(fixed_bytes * per_byte))
        self.tokens = random.choice((4_000, 8_000, 32_000))
        self.window = Window(self.tokens, fixed_bytes)
        self.most_bytes = int(self.tokens * random.uniform(0.05, 1.2))
        self.messages: list[ModelMessage] = []
        self.view = View()
        self.requests = self.changes = self.refusals = 0
        self.rules = [SystemPromptPart("Never promise a refund.")] if seed % 2 else []

    def run(self) -> None:
        for turn in range(self.random.randint(1, 8)):
            before = len(self.messages)
            self.messages.append(asked(random_text(self.random, self.most_bytes)))
            if turn == 0:
                self.messages[0] = replace(self.messages[0], parts=[*self.rules, *self.messages[0].parts])  # type: ignore[arg-type]
            if not self.turn():
                del self.messages[before:]  # a run that fails is not stored
                return

    def turn(self) -> bool:
        for number in range(self.random.choice((0, 0, 1, 3, 12))):
            if not self.send():
                return False
            size = self.random.choice((20, self.most_bytes))
            texts = [random_text(self.random, size) for _ in range(self.random.choice((1, 1, 2)))]
            self.messages.append(called(f"{len(self.messages)}-{number}", *(text[:50] for text in texts)))
            self.report()
            self.messages.append(returned(f"{len(self.messages) - 1}-{number}", *texts))
        if not self.send():
            return False
        self.messages.append(answered(random_text(self.random, 400)))
        self.report()
        return True

    def send(self) -> bool:
        view = self.window.next_view(self.view, self.messages)
        if self.with_summaries and view.first != self.view.first:
            text = random_text(self.random, int(SUMMARY_BYTES_PER_TOKEN * self.tokens))
            could = self.window.fits(self.view, view, self.messages)
            view = self.window.summed(self.view, view, text, self.messages)
            assert could == self.window.fits(self.view, view, self.messages), "a summary never makes it too large"
            self.summed += view.summary is not None
        if not self.window.fits(self.view, view, self.messages):
            self.refusals += 1
            assert self.model.tokens(view.of(self.messages)) > LEAST_REFUSED_RATIO * self.tokens
            return False
        self.requests += 1
        self.changes += view != self.view
        assert view.first >= self.view.first, "what was left out never comes back"
        self.view = view
        sent = view.of(self.messages)
        self.sent_tokens = self.model.tokens(sent)
        assert self.sent_tokens <= self.tokens, "the size stays below the limit"
        parts = {id(part) for message in sent for part in message.parts}
        assert all(id(part) in parts for part in self.rules), "the instructions are always sent"
        last = self.messages[turns(self.messages)[-1]].parts
        assert all(id(part) in parts for part in last), "the last user turn is always sent"
        assert is_paired(sent)
        newest = self.messages[-1].parts
        assert sent[-1].parts[-len(newest) :] == newest, "the newest tool results are sent whole"
        if view.summary is not None:
            assert SUMMARY.format(view.summary) in [part.content for part in sent[0].parts]  # type: ignore[union-attr]
        return True

    def report(self) -> None:
        usage = self.messages[-1].usage  # type: ignore[union-attr]
        usage.input_tokens, usage.output_tokens = self.sent_tokens, self.model.tokens(self.messages[-1:])


def is_paired(messages: list[ModelMessage]) -> bool:
    """Whether each call is answered by the next message, and nothing else is."""
    for before, message in zip([None, *messages], messages, strict=False):
        results = {part.tool_call_id for part in message.parts if isinstance(part, ToolReturnPart)}
        calls = {part.tool_call_id for part in before.parts if isinstance(part, ToolCallPart)} if before else set()
        if isinstance(message, ModelRequest) and results != calls:
            return False
    return True


@pytest.mark.parametrize("with_summaries", [False, True])
def test_each_request_fits_is_paired_and_holds_the_last_turn_and_the_prefix_seldom_changes(
    with_summaries: bool,
) -> None:
    requests = changes = refusals = summed = 0
    conversations = CONVERSATIONS // 4 if with_summaries else CONVERSATIONS
    for seed in range(conversations):
        conversation = Conversation(seed, with_summaries=with_summaries)
        conversation.run()
        requests += conversation.requests
        changes += conversation.changes
        refusals += conversation.refusals
        summed += conversation.summed
    assert (summed > 100) is with_summaries
    assert conversations / 4 < changes <= MOST_PREFIX_CHANGES_RATIO * requests
    assert refusals > (0 if with_summaries else 10)


def test_a_conversation_that_was_stored_is_sent_as_it_was_before() -> None:
    for seed in range(200):
        conversation = Conversation(seed)
        conversation.run()
        assert (
            conversation.window.view(conversation.messages[:-1]).of(conversation.messages)
            == conversation.view.of(conversation.messages)
            or conversation.refusals
        )
