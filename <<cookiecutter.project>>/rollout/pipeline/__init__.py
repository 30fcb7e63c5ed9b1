"""What the workflows decide: what a tag is, whether to start, attach or give back, and the evidence that is left."""
