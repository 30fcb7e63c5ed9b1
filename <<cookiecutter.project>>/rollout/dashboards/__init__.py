"""Grafana's dashboards: what they show, and the files that Grafana reads. `rollout dashboards` writes them."""
