"""A measurement's counts and evidence as people read them: the same in its sentence, the live view and the report."""

from typing import Protocol

from rollout.text import number, quantity


class Counted(Protocol):
    """One gate at one moment, as it was measured or as a journal has it. Fields are None where there is nothing."""

    @property
    def value(self) -> float | None: ...
    @property
    def samples(self) -> float | None: ...
    @property
    def stable(self) -> float | None: ...
    @property
    def bad(self) -> float | None: ...
    @property
    def total(self) -> float | None: ...
    @property
    def stable_bad(self) -> float | None: ...
    @property
    def stable_total(self) -> float | None: ...
    @property
    def evidence(self) -> float | None: ...
    @property
    def certainty(self) -> float | None: ...
    @property
    def vendor(self) -> float | None: ...
    @property
    def stable_vendor(self) -> float | None: ...
    @property
    def shown(self) -> float | None: ...


def canary(measured: Counted, unit: str) -> str:
    """`11.7 % (7 of 60)`; of a mean `1.62 x (412 samples)`; of a value alone `3`."""
    if measured.bad is None and measured.evidence is not None:
        return f"{quantity(measured.value, unit)} ({number(measured.samples or 0)} samples)"
    return counted(measured.value, unit, measured.bad, measured.total)


def stable(measured: Counted, unit: str) -> str:
    """Stable's in the same window, `0.2 % (2 of 1,140)`; empty without any."""
    if measured.stable is None:
        return ""
    return counted(measured.stable, unit, measured.stable_bad, measured.stable_total)


def counted(value: float | None, unit: str, bad: float | None, total: float | None) -> str:
    counts = "" if bad is None or total is None else f" ({number(bad)} of {number(total)})"
    return quantity(value, unit) + counts


def limit(own: float, unit: str, times_stable: float | None = None) -> str:
    """`5 %`, `3 x stable`, `0.1 % and 1 x stable`."""
    if times_stable is None:
        return quantity(own, unit)
    parts = [quantity(own, unit)] if own and unit != "multiple" else []
    return " and ".join([*parts, f"{number(times_stable)} x stable"])


def evidence(measured: Counted) -> str:
    """`1.8 of 3.8`: one decimal, or two if it would look like the certainty itself; 0 if within the limit. Empty for a
    gate that is judged without evidence."""
    found, certainty = measured.evidence, measured.certainty
    if found is None or certainty is None:
        return ""
    short, long = (f"{max(0.0, found):.{digits}f}" for digits in (1, 2))
    return f"{'0' if found <= 0 else long if float(short) == certainty else short} of {number(certainty)}"


def besides(measured: Counted, gate: str, *, of_times: bool) -> list[str]:
    """Values that are only shown: `latency_p99 8.2 s`, `28 from the model's API (stable: 270)`. `of_times`: the gate
    counts what is slower than a time."""
    shown, vendor, stable_vendor = measured.shown, measured.vendor, measured.stable_vendor
    found = [] if shown is None else [f"{gate} {quantity(shown, 'seconds' if of_times else 'count')}"]
    if not vendor:
        return found
    of_stable = "" if stable_vendor is None else f" (stable: {number(stable_vendor)})"
    return [*found, f"{number(vendor)} from the model's API{of_stable}"]
