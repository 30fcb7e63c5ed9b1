"""What happens when a part dies in the middle of a rollout: the matrix as data, and what runs its cells."""
