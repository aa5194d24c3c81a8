"""Guards by stage. Each is a pure function marked with the rule it speaks for; numbers come from the book only."""
