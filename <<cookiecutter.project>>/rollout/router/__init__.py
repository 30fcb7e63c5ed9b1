"""HAProxy: the split of the traffic, its health, its configuration and its folder."""
