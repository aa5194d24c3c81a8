"""Pages of the expert room."""
