"""Traces: one for each run, sent by OTLP over HTTP to where AGENT_TRACES_URL says. This module needs no collector."""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer
from pydantic_ai.capabilities import Instrumentation
from pydantic_ai.models.instrumented import InstrumentationSettings

from agent.settings import Settings

SERVICE = "agent"
CONVERSATION = "gen_ai.conversation.id"
SEND_SECONDS = 2.0
"""How long one batch may take, with retries; and how long a stop of the service waits for all that are left."""


@dataclass(frozen=True)
class Traces:
    """Spans wait in memory and are sent by a thread: no run waits for a collector. What it does not take is dropped."""

    provider: TracerProvider
    instrumentation: Instrumentation
    """Makes the spans of a run: its own, one for each model request, and one for each tool call."""

    @property
    def tracer(self) -> Tracer:
        """Makes the spans of requests."""
        return self.provider.get_tracer(SERVICE)

    async def close(self) -> None:
        """Send what still waits, as far as the collector takes it in time."""
        loop, sent = asyncio.get_running_loop(), asyncio.Event()

        def send() -> None:
            self.provider.shutdown()
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(sent.set)

        Thread(target=send, daemon=True).start()  # for one that is no daemon, the process would wait
        with suppress(TimeoutError):
            await asyncio.wait_for(sent.wait(), SEND_SECONDS)


class HideConversations(SpanProcessor):
    """Replaces a conversation's id by a hash of it: clients choose it, so it may be a user's name."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002
        """Called before any other processor sees the span."""
        if named := (span.attributes or {}).get(CONVERSATION):
            span.set_attribute(CONVERSATION, hashlib.sha256(str(named).encode()).hexdigest()[:16])


def open_traces(settings: Settings) -> Traces:
    """Traces of a release to a collector. They have no text of users, unless the log has it too."""
    about = Resource.create({"service.name": SERVICE, "service.version": settings.release})
    provider = TracerProvider(resource=about, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=settings.traces_url, timeout=SEND_SECONDS)
    provider.add_span_processor(HideConversations())
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Traces(
        provider,
        Instrumentation(
            settings=InstrumentationSettings(
                tracer_provider=provider,
                include_content=settings.log_tasks,
                include_binary_content=False,
                include_model_request_parameters=False,
            )
        ),
    )
