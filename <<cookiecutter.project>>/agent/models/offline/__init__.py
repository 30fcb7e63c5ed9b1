"""A model that needs no network and no key, solves the tasks with the real tools, and can be made to fail."""
