"""Incidents of the past, replayed on this machine: when each alert notices, and who was harmed before."""
