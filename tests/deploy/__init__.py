"""The tests of a host as Compose creates it. This is a package so that its host can end with it."""
