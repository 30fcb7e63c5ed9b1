"""A profile as text."""

from collections.abc import Iterator, Sequence

FULL = 0.9


def table(waited: Sequence[tuple[str, float]], spent: Sequence[tuple[str, float, float]], requests: int) -> str:
    """Two tables: what a request waited for, and what the event loop's thread did for it; in milliseconds of one."""
    total = waited[-1][1]
    lines = [_head("what a request's time is")]
    lines += [_row(part, seconds, seconds / total) for part, seconds in waited]
    lines += ["", _head("what the event loop did")]
    lines += [_row(part, seconds / requests, share) for part, seconds, share in spent]
    lines.append(_row("a request", sum(seconds for _, seconds, _ in spent) / requests, 1.0))
    return "\n".join(lines)


def hints(waited: Sequence[tuple[str, float]], utilisation: float) -> Iterator[str]:
    """What the tables say, in a sentence or two. `utilisation` is the share of the time (0..1) that the loop worked."""
    longest = max(waited[:-1], key=lambda row: row[1])[0]
    yield f"Most of a request's time is: {longest}. The event loop worked {utilisation:.0%} of the time."
    if utilisation > FULL:
        yield "It was full: models and tools, too, seem slower while it works for other requests. Try fewer at once."


def _head(title: str) -> str:
    return f"{title:<32}{'ms':>10}{'share':>9}"


def _row(part: str, seconds: float, share: float) -> str:
    return f"{part:<32}{seconds * 1000:>10.3f}{share:>9.1%}"
