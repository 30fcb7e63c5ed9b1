"""The tests on a host that they share. This is a package so that it can end with it."""
