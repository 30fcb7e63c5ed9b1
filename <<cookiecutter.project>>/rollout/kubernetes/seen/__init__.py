"""What a cluster has of the service: the Rollout, its ReplicaSets and AnalysisRuns. Plain objects go in, and the events
that an engine on a host would have written come out. Pure."""

from rollout.kubernetes.seen.attempt import Attempt
from rollout.kubernetes.seen.course import course, story
from rollout.kubernetes.seen.run import Run
from rollout.kubernetes.seen.service import Service

__all__ = ["Attempt", "Run", "Service", "course", "story"]
