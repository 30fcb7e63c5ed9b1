"""A host: a Docker engine with a router, Prometheus and Alertmanager, and the releases behind them."""
