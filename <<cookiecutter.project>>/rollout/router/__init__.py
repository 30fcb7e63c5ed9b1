"""HAProxy: the traffic split, server health, the configuration, and its folder."""
