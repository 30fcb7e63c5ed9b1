"""Runs with an idempotency key: each key runs once, and every later request with it gets the first answer."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from agent.errors import StorageError
from agent.idempotency import Answers, Claim
from agent.metrics import Metrics
from agent.run.events import Event, Token
from agent.run.request import RunRequest, RunResult
from agent.run.runner import Runner

logger = logging.getLogger(__name__)

STORED = TypeAdapter(RunResult)


@dataclass(frozen=True)
class KeyedRunner:
    """A runner that looks up a request's key first. Requests without one run as ever."""

    runner: Runner
    answers: Answers
    metrics: Metrics
    release: str

    async def run(self, request: RunRequest) -> RunResult:
        """As Runner.run.

        Raises:
            KeyReused, RunInProgress, RunWithoutAnswer: the key was used, and there is no answer to this request.
        """
        return await self._once(request, lambda: self.runner.run(request))

    async def stream(self, request: RunRequest, emit: Callable[[Event], Awaitable[None]]) -> RunResult:
        """As Runner.stream, and raises what `run` does. A stored answer is one event, with all of its text."""
        result = await self._once(request, lambda: self.runner.stream(request, emit))
        if result.replayed_from is not None:
            await emit(Token(result.answer))
        return result

    async def _once(self, request: RunRequest, run: Callable[[], Awaitable[RunResult]]) -> RunResult:
        if request.key is None:
            return await run()
        claim = self._claim(request, request.key)
        stored = await self.answers.claim(claim)
        if stored is not None:
            self.metrics.replays.inc()
            return STORED.validate_json(stored)
        try:
            result = await run()
        except BaseException:
            # Without a tool call, nothing has happened that a second run could repeat.
            await _written(self.answers.fail(claim) if request.record.has_called_tools else self.answers.release(claim))
            raise
        await _written(self.answers.keep(claim, _stored(result, self.release)))
        return result

    def _claim(self, request: RunRequest, key: str) -> Claim:
        return Claim(
            owner=request.owner,
            key=key,
            fingerprint=request.fingerprint(),
            run_id=request.run_id,
            conversation_id=request.conversation_id,
            seconds=self.runner.deadline_of(request),
        )


def _stored(result: RunResult, release: str) -> str:
    return STORED.dump_json(replace(result, replayed_from=release)).decode()


async def _written(write: Awaitable[None]) -> None:
    """An end that can't be written changes no answer: its key is then one without an answer, and does not run again."""
    try:
        await write
    except StorageError as error:
        logger.error("the end of a run with a key could not be written: %s", error)
