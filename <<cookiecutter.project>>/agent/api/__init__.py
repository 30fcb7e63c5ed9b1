"""The HTTP API: the app, its routes, middleware, and error responses."""

from agent.api.app import create_app

__all__ = ["create_app"]
