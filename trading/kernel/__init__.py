"""The kernel: pure functions that judge an act against a book. No Django, no clock, no database."""
