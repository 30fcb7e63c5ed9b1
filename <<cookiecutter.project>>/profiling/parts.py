"""The parts of a request, and which part a sampled stack belongs to. Pure."""

from collections.abc import Iterable, Sequence

IDLE = "idle"
# The last module of a stack that begins with one of these decides; everything else belongs to who called it.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("queue", ("agent.run.admission",)),
    ("model", ("agent.models.", "anthropic.", "openai.", "google.", "httpx.", "httpx2.", "genai_prices.")),
    ("tools", ("agent.tools.", "fastmcp.", "mcp.")),
    ("serialisation", ("pydantic.", "pydantic_core.", "json.", "fastapi.encoders", "fastapi.sse")),
    (
        "metrics, logs, traces",
        ("prometheus_client.", "logging.", "opentelemetry.", "agent.metrics", "agent.api.request_log"),
    ),
    ("agent framework", ("pydantic_ai.", "pydantic_graph.")),
    ("HTTP framework", ("uvicorn.protocols.", "starlette.", "fastapi.", "httptools.", "anyio.")),
    (IDLE, ("agent.event_loop.", "uvicorn.server", "asyncio.runners")),
    ("this service", ("agent.",)),
)
SITE = ("site-packages/", "dist-packages/")


def module_of(path: str, folder: str) -> str:
    """The dotted name of a source file, of an installed package or below this folder, with a dot at its end."""
    for start in (*SITE, f"{folder}/", "lib/python"):
        _, found, rest = path.rpartition(start)
        if found:
            rest = rest.partition("/")[2] if start == "lib/python" else rest
            return rest.removesuffix(".py").removesuffix("/__init__").replace("/", ".") + "."
    return ""


def part_of(modules: Iterable[str]) -> str:
    """The part of a stack, from its innermost module outwards."""
    for module in modules:
        for part, starts in PARTS:
            if module.startswith(starts):
                return part
    return IDLE


def shares(seconds: dict[str, float]) -> Sequence[tuple[str, float, float]]:
    """Each part but `idle`, with its seconds and its share (0..1) of all but `idle`; the largest first.

    A part that no sample was in has zero seconds: a short load may not show it, but every table has the same rows.
    """
    busy = {part: seconds.get(part, 0.0) for part, _ in PARTS if part != IDLE}
    total = sum(busy.values()) or 1.0
    return sorted(((part, spent, spent / total) for part, spent in busy.items()), key=lambda row: -row[1])
