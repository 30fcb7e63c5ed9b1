"""The context window: what of a conversation is sent to the model, so that it always fits.

The stored history is never changed. What is sent is a view of it, and the view is a pure function of the history.
"""

from agent.context.filling import is_filled_by_task
from agent.context.model import FittedModel
from agent.context.spent import spent_in
from agent.context.view import View
from agent.context.window import Window

__all__ = ["FittedModel", "View", "Window", "is_filled_by_task", "spent_in"]
