"""The budget of a day: what all runs together may use, and those of one caller."""

from agent.budget.budget import Budget, open_budget
from agent.budget.limits import BudgetLimits, DayLimits, Scope, Spent

__all__ = ["Budget", "BudgetLimits", "DayLimits", "Scope", "Spent", "open_budget"]
