"""Pages about people: signing in and out, one's own account, the demo's doors."""
