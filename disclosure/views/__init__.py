"""Public pages, one module per screen family."""
