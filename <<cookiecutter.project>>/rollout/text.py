"""Values as people read them, the same in the journal, the live view and the report: `21.3 %`, `0.42 s`, `1.6 x`."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

Say = Callable[[str], None]
"""Shows a message to people."""

SIGNS = {"ratio": (100, " %"), "seconds": (1, " s"), "multiple": (1, " x"), "count": (1, "")}


def quantity(value: float | None, unit: str, digits: int = 3) -> str:
    """A gate's value or limit in that gate's unit; an unknown unit follows the number; `-` for no value."""
    if value is None:
        return "-"
    scale, sign = SIGNS.get(unit, (1, f" {unit}"))
    return number(value * scale, digits) + sign


def number(value: float, digits: int = 3) -> str:
    """`digits` significant digits, but all digits of a whole number; never an exponent: 0.0004, 21.3, 536,891."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    decimals = min(15, max(0, digits - 1 - math.floor(math.log10(abs(value)))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(ratio: float) -> str:
    """A ratio of 0..1 as `5 %`."""
    return quantity(ratio, "ratio")


def count(many: int | None) -> str:
    """A number of requests; `unknown` when they were not counted."""
    return "unknown" if many is None else f"{many:,}"


def duration(seconds: float) -> str:
    """A duration in at most two units: `40 ms`, `12.4 s`, `10 m`, `1 h 30 m`, `3 d`."""
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if 0 < seconds < 0.9995:
        return f"{number(seconds * 1000)} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole >= 2 * 86400:
        return _two_units(whole, (86400, "d"), (3600, "h"))
    if whole >= 3600:
        return _two_units(whole, (3600, "h"), (60, "m"))
    return _two_units(whole, (60, "m"), (1, "s"))


def _two_units(whole: int, large: tuple[int, str], small: tuple[int, str]) -> str:
    many, rest = whole // large[0], whole % large[0] // small[0]
    return f"{many} {large[1]}" + (f" {rest} {small[1]}" if rest else "")


def clock(seconds: float) -> str:
    """Time since the start, in a nearly constant width: `0:12.3`, `1:02:03.4`."""
    tenths = max(0, round(seconds * 1000)) // 100  # round to ms first: 1.3 may be stored as 1.2999999
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    front = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{front}:{tenths / 10:04.1f}"


def moment(epoch_seconds: float) -> str:
    """Epoch seconds as `2025-11-24 13:09:12 UTC`."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def tally(counts: Mapping[str, int]) -> str:
    """The count of each kind: `12 x 504 from the router, 1 x connection reset`."""
    return ", ".join(f"{many:,} x {kind}" for kind, many in sorted(counts.items()))


def listed(names: Sequence[str]) -> str:
    """`5 %, 25 % and 100 %`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "none"


def short(release: str) -> str:
    """A release's name; an image's is shortened to `agent@sha256:79799e8b2977`."""
    name, digest, code = release.rpartition("@sha256:")
    return one_line(f"{name.rpartition('/')[2]}{digest}{code[:12]}" if digest else release)


def one_line(text: str) -> str:
    """Any text as one printable line: no line breaks and no terminal control characters."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))
