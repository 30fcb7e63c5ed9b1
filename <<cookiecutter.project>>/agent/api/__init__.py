"""The service over HTTP: the app, its routes, what is done to every request, and what an error looks like."""

from agent.api.app import create_app

__all__ = ["create_app"]
