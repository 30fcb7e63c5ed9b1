"""Experiments: which variant a user's runs get while one is running, and the log of exposures and outcomes."""

from agent.experiments.completed import Answered
from agent.experiments.definition import Experiment, Variant
from agent.experiments.experiments import Assigned, Experiments, open_experiments
from agent.experiments.log import Outcome

__all__ = ["Answered", "Assigned", "Experiment", "Experiments", "Outcome", "Variant", "open_experiments"]
