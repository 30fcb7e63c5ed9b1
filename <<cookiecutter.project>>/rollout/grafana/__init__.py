"""Grafana's dashboards: what they show, and the files that Grafana reads. `rollout grafana` writes them."""

from pathlib import Path

FOLDER = Path("monitoring/grafana/dashboards")
