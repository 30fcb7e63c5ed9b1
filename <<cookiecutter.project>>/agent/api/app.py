"""Assembles the ASGI app."""

from asyncio import get_running_loop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from pydantic_ai.models import Model

from agent.api.authentication import Authenticate
from agent.api.bodies import LimitBodies
from agent.api.document import DocumentedApp
from agent.api.health import AnswerHealth, Condition
from agent.api.middleware import MeasureRequests, ReleaseHeader
from agent.api.problems import handle_problems
from agent.api.request_log import LogRequests
from agent.api.routes import make_router
from agent.api.starting import TellStartErrors
from agent.api.tracing import TraceRequests
from agent.auth import TokenFile
from agent.budget import BudgetLimits, open_budget
from agent.context import FittedModel
from agent.conversations import open_conversations
from agent.errors import StartError
from agent.experiments import open_experiments
from agent.idempotency import open_answers
from agent.metrics import Metrics
from agent.models import choose_model
from agent.place import Place, opened, place_of, place_of_experiments
from agent.run import (
    TOOL_NAMES,
    Admission,
    AdmissionLimits,
    BackgroundRuns,
    KeyedRunner,
    Runner,
    TreatedRuns,
    Treatments,
    build_agent,
    capabilities_of,
    limits_of,
    tools_of,
)
from agent.settings import Settings
from agent.stopping import Readiness

if TYPE_CHECKING:
    from agent.traces import Traces


def create_app(settings: Settings, readiness: Readiness | None = None, place: "Place | None" = None) -> FastAPI:
    """Create the ASGI app, with its own registry of metrics. `place` is used instead of what the settings name.

    Raises:
        StartError: the model, the tools, the tokens or the conversations can't be used.
    """
    metrics = Metrics(TOOL_NAMES)
    model = choose_model(settings, metrics)
    place = place_of(settings) if place is None else place
    kept = open_conversations(place, settings.keep_conversations_days)
    answers = open_answers(place, settings.keep_answers_hours, settings.keep_answers)
    tokens = TokenFile(Path(settings.tokens_file))
    readiness = readiness or Readiness()
    fitted, window_tokens = fitted_to(model.asked, settings, metrics)
    metrics.show_context_window(window_tokens)
    traces = traces_of(settings)
    capabilities = capabilities_of(settings) + ([traces.instrumentation] if traces else [])
    agent = build_agent(fitted, tools_of(settings, metrics), capabilities)
    limits = AdmissionLimits(settings.max_running, settings.max_queued, settings.max_wait_seconds)
    admission = Admission(limits, metrics)
    budget = open_budget(place, BudgetLimits.of(settings), metrics, model.unpriced)
    treatments = Treatments(lambda name: variants_model(name, settings, metrics))
    place_of_log = place_of_experiments(settings)
    experiments = open_experiments(place_of_log, settings.release, treatments.can_run, metrics)
    treated = None if experiments is None else TreatedRuns(experiments, treatments)
    runner = Runner(
        agent, window_tokens, metrics, settings.deadline_seconds, admission, kept, limits_of(settings), budget, treated
    )
    keyed = KeyedRunner(runner, answers, metrics, settings.release)
    background = BackgroundRuns()
    condition = Condition(settings, readiness, model.first, place)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        metrics.count_loop(get_running_loop())
        async with opened(place), opened(place_of_log):
            async with nullcontext() if experiments is None else experiments.opened(), agent:
                yield
                await background.ended()
            await answers.close()
            if budget is not None:
                await budget.close()
            if kept is not None:
                await kept.close()
        if traces is not None:
            await traces.close()

    # A redirect would name the client's host over HTTP, and count as an answer of the release.
    app = DocumentedApp(title="agent", version=settings.release, lifespan=lifespan, redirect_slashes=False)
    app.include_router(
        make_router(
            settings,
            window_tokens,
            keyed,
            metrics,
            kept,
            background,
            budget,
            experiments,
            condition,
        )
    )
    app.add_middleware(LimitBodies)  # innermost: its errors become problems too
    app.add_middleware(Authenticate, settings=settings, tokens=tokens)
    handle_problems(app, metrics)
    app.add_middleware(TellStartErrors)
    app.add_middleware(LogRequests, settings=settings)
    if traces is not None:
        app.add_middleware(TraceRequests, tracer=traces.tracer)  # outside of the log, which has the trace's id
    app.add_middleware(AnswerHealth, condition=condition)
    app.add_middleware(ReleaseHeader, release=settings.release)
    app.add_middleware(MeasureRequests, metrics=metrics)  # outermost, because it is added last
    return app


def traces_of(settings: Settings) -> "Traces | None":
    """The traces, if the settings ask for them. Only then their packages are imported, which takes time and memory."""
    if not settings.traces_url:
        return None
    from agent.traces import open_traces

    return open_traces(settings)


def variants_model(name: str, settings: Settings, metrics: Metrics) -> tuple[Model, int | None]:
    """The model of an experiment's variant, in place of the settings' first one. Raises StartError."""
    model = choose_model(settings.model_copy(update={"model": name}), metrics, "the variant's model")
    if model.unpriced and BudgetLimits.of(settings).in_usd:
        raise StartError(f"the price of {name} is not known, and the budget is in USD")
    return fitted_to(model.asked, settings, metrics)


def fitted_to(model: Model, settings: Settings, metrics: Metrics) -> tuple[FittedModel, int | None]:
    """The model with its requests below its context window, and that window, in tokens."""
    window_tokens = settings.context_window_tokens or model.context_window  # a real one's comes from a price table
    fitted = FittedModel(
        model,
        window_tokens,
        metrics,
        is_managed=settings.manage_context,
        with_summaries=settings.context_summaries,
    )
    return fitted, window_tokens
