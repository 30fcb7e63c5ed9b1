"""The Docker target on real parts: a host made with Compose, a registry, releases by digest."""
