"""Who may use the service: bearer tokens, of which only hashes are stored, and how often each may ask."""

from agent.auth.file import TokenFile
from agent.auth.rate import RateLimits
from agent.auth.tokens import Token

__all__ = ["RateLimits", "Token", "TokenFile"]
