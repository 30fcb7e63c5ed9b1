"""The decisions of the workflows: what a tag releases, whether to start, follow or restore, and the evidence."""
