"""The tests of the template itself."""
