"""An AnalysisRun: the gates of one rollout in the background, or those of one step."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rollout.kubernetes.analysis import Object

HASH, KIND, STEP = "rollouts-pod-template-hash", "rollout-type", "step-index"
BACKGROUND = "Background"
NOT_PASSED = ("Failed", "Error", "Inconclusive")
INDEXES_PER_STEP = 3
"""setWeight, pause, analysis: after the first step, which starts the canary's pods."""


@dataclass(frozen=True)
class Measurement:
    """`value` is None for no series, NaN and infinity; `finished` is in epoch seconds."""

    phase: str
    finished: float
    value: float | None
    message: str


@dataclass(frozen=True)
class Metric:
    """One gate. `measurements` are the newest ones, oldest first; `successful` and `many` count all."""

    name: str
    phase: str
    message: str
    measurements: tuple[Measurement, ...]
    successful: int
    many: int

    @property
    def last_at(self) -> float:
        return self.measurements[-1].finished if self.measurements else math.inf


@dataclass(frozen=True)
class Run:
    """`step` counts from 1, and is None for the gates in the background. `names` are the gates that it has to measure,
    `stable` is the hash of the release that it compared with. Times are in epoch seconds."""

    hash: str
    step: int | None
    created: float
    completed: float | None
    phase: str
    message: str
    names: tuple[str, ...]
    metrics: Mapping[str, Metric]
    stable: str

    @property
    def passed(self) -> bool:
        """Whether every gate has passed. Argo also calls a run successful that it ended before that."""
        found = [self.metrics.get(name) for name in self.names]
        return self.phase == "Successful" and all(each and each.successful for each in found)

    @property
    def failed(self) -> bool:
        return self.phase in NOT_PASSED

    @property
    def culprit(self) -> Metric | None:
        """The first gate that did not pass, by its last measurement."""
        found = [each for each in self.metrics.values() if each.phase in NOT_PASSED]
        return min(found, key=lambda each: each.last_at, default=None)


def run_of(found: Object) -> Run:
    metadata, spec, status = found["metadata"], found.get("spec", {}), found.get("status", {})
    labels = metadata.get("labels", {})
    metrics = {each["name"]: metric_of(each) for each in status.get("metricResults", [])}
    given = {each["name"]: each.get("value", "") for each in spec.get("args", [])}
    return Run(
        hash=labels.get(HASH, ""),
        step=None if labels.get(KIND) == BACKGROUND else int(labels.get(STEP, 0)) // INDEXES_PER_STEP,
        created=seconds(metadata["creationTimestamp"]),
        completed=completed_at(status.get("completedAt"), metrics),
        phase=status.get("phase", "Pending"),
        message=status.get("message", ""),
        names=tuple(each["name"] for each in spec.get("metrics", [])),
        metrics=metrics,
        stable=given.get("stable", ""),
    )


def completed_at(moment: str | None, metrics: Mapping[str, Metric]) -> float | None:
    """When its last measurement was made. Argo changes `completedAt` when it looks at the run again."""
    if moment is None:
        return None
    return max(
        (each.measurements[-1].finished for each in metrics.values() if each.measurements), default=seconds(moment)
    )


def metric_of(found: Object) -> Metric:
    return Metric(
        name=found["name"],
        phase=found.get("phase", ""),
        message=found.get("message", ""),
        measurements=tuple(measurement_of(each) for each in found.get("measurements", []) if each.get("finishedAt")),
        successful=found.get("successful", 0),
        many=found.get("count", 0) + found.get("error", 0),
    )


def measurement_of(found: Object) -> Measurement:
    value, message = value_in(found.get("value", "")), found.get("message", "")
    return Measurement(found.get("phase", ""), seconds(found["finishedAt"]), value, message)


def value_in(text: str) -> float | None:
    """The one value of a vector, `[0.213]`."""
    try:
        found: Any = json.loads(text.replace("+Inf", "Infinity").replace("-Inf", "-Infinity"))
        value = float(found[0]) if isinstance(found, list) and len(found) == 1 else math.nan
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def seconds(moment: str) -> float:
    """Kubernetes' time in epoch seconds."""
    return datetime.fromisoformat(moment).timestamp()
