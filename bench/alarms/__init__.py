"""Simulates how often an alert fires although the service is healthy."""
