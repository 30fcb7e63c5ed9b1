"""The target Docker, from outside: a host with a router, Prometheus and Alertmanager, and the releases behind them."""
