"""Pages about subjects: the public register, one's own subjects, their people and keys."""
