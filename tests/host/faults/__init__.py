"""The fault matrix. This is a package so that its hosts can end with it."""
