"""The router for real: HAProxy with the shipped configuration."""
