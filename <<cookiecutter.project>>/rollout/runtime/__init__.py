"""Start and stop a release."""
