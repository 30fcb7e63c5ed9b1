"""Fixtures for the host tests."""

from tests.host.started import images, registry, service, serving

__all__ = ["images", "registry", "service", "serving"]
