"""The window: decides, before each model request, which view of the history fits. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pydantic_ai import ModelMessage, ModelRequest, ModelResponse, RequestUsage

from agent.context.size import size_bytes
from agent.context.view import View, rounds, turns

# A view changes at the first limit and is then far below it, so that the sent prefix, and with it the vendor's prompt
# cache, stays the same for many requests.
COMPACT_AT = 0.8
COMPACT_TO = 0.5
REFUSE_ABOVE = 0.95
"""The rest is for the answer."""

KEPT_ROUNDS = 2
"""The newest tool results are never blanked; one of them where two are too large."""

# Before a model has reported its own count, and then the bounds of what is believed.
TOKENS_PER_BYTE = 0.25
LEAST_TOKENS_PER_BYTE, MOST_TOKENS_PER_BYTE = 0.1, 1.0
NEW_TEXT_MARGIN = 1.25
"""Texts differ: what was not counted yet may have more tokens a byte than what was."""

SummaryOf = Callable[[Sequence[ModelMessage]], str | None]


def no_summary(_messages: Sequence[ModelMessage]) -> None:
    """No summary is known of any messages."""


@dataclass(frozen=True)
class Window:
    """A model's context window of `tokens`; `fixed_bytes` is the size of instructions and tool definitions."""

    tokens: int
    fixed_bytes: int = 0

    def view(self, messages: Sequence[ModelMessage], summary_of: SummaryOf = no_summary) -> View:
        """The view of the newest request in a history: each request's view builds on the one before, and has the
        summary that is known of what it leaves out."""
        view = View()
        for end in range(1, len(messages) + 1):
            asks = isinstance(messages[end - 1], ModelRequest)
            if asks and (end == len(messages) or isinstance(messages[end], ModelResponse)):
                sent, view = view, self.next_view(view, messages[:end])
                if view.first != sent.first:
                    view = self.summed(sent, view, summary_of(messages[: view.first]), messages[:end])
        return view

    def summed(self, sent: View, view: View, summary: str | None, messages: Sequence[ModelMessage]) -> View:
        """`view` with this summary, unless it would no longer fit; the last request had the view `sent`."""
        longer = replace(view, summary=summary)
        return longer if self.fits(sent, longer, messages) else view

    def next_view(self, view: View, messages: Sequence[ModelMessage]) -> View:
        """`view` while the next request stays below COMPACT_AT; otherwise one that is as far below as it can be."""
        measure = Measure(self, view, messages)
        if measure.filled_ratio(view) < COMPACT_AT:
            return view
        found = []
        for other in smaller(view, messages):
            ratio = measure.filled_ratio(other)
            if ratio <= COMPACT_TO:
                return other
            found.append((ratio, other))
        return next((other for ratio, other in found if ratio <= COMPACT_AT), found[-1][1])

    def fits(self, sent: View, view: View, messages: Sequence[ModelMessage]) -> bool:
        """Whether a request with `view` leaves room for its answer; the last one had the view `sent`."""
        return Measure(self, sent, messages).filled_ratio(view) <= REFUSE_ABOVE


class Measure:
    """How full a window is. What the model reported for its last request, with the view `sent`, is the measure for all
    that it was not asked yet."""

    def __init__(self, window: Window, sent: View, messages: Sequence[ModelMessage]) -> None:
        self._window, self._sent, self._messages = window, sent, messages
        self._last, self._reported = _last_report(messages)
        self._new_bytes = NEW_TEXT_MARGIN * size_bytes(messages[self._last + 1 :])

    def filled_ratio(self, view: View) -> float:
        """The share of the window that a request with `view` would fill."""
        if self._reported is None:
            return TOKENS_PER_BYTE * NEW_TEXT_MARGIN * self._bytes(view, self._messages) / self._window.tokens
        if view != self._sent:
            known_tokens = self._per_byte * self._bytes(view, self._messages[: self._last + 1])
            return (known_tokens + self._per_byte * self._new_bytes) / self._window.tokens
        known_tokens = self._reported.total_tokens
        most = (known_tokens + MOST_TOKENS_PER_BYTE * self._new_bytes) / self._window.tokens
        if most < COMPACT_AT:
            return most  # it is less, and that needs no counting of the whole history
        return (known_tokens + self._per_byte * self._new_bytes) / self._window.tokens

    @cached_property
    def _per_byte(self) -> float:
        asked_bytes = self._bytes(self._sent, self._messages[: self._last])
        per_byte = self._reported.input_tokens / max(1, asked_bytes) if self._reported else TOKENS_PER_BYTE
        return min(max(per_byte, LEAST_TOKENS_PER_BYTE), MOST_TOKENS_PER_BYTE)

    def _bytes(self, view: View, messages: Sequence[ModelMessage]) -> int:
        return self._window.fixed_bytes + size_bytes(view.of(messages))


def smaller(view: View, messages: Sequence[ModelMessage]) -> Iterator[View]:
    """Views that send less and less: first without old tool results, then without old turns too. Never without the
    last turn, nor without the newest tool results."""
    starts = [start for start in turns(messages) if start >= view.first] or [view.first]
    for first in (view.first, *starts):
        yield view.later(first, max(view.blanked, _blanked_before(messages, starts[-1], KEPT_ROUNDS)))
    yield view.later(starts[-1], max(view.blanked, _blanked_before(messages, starts[-1], 1)))


def _blanked_before(messages: Sequence[ModelMessage], turn: int, kept: int) -> int:
    """All of earlier turns, and of this one all but the newest rounds."""
    own = [index for index in rounds(messages) if index >= turn]
    return own[-kept] if len(own) >= kept else turn


def _last_report(messages: Sequence[ModelMessage]) -> tuple[int, RequestUsage | None]:
    """The newest response whose tokens are known, and those; (-1, None) before there is one."""
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if isinstance(message, ModelResponse) and message.usage.input_tokens:
            return index, message.usage
    return -1, None
