"""`make update`: fetches a version of the template, whose own code then updates this repository."""
