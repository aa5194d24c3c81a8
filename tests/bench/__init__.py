"""`python -m tests.bench`: the performance budget (design, chapter 13), measured on a throw-away database.

Every row is a ratio taken within one run, so that a slow machine does not fail it and a fast one does not flatter it.
Raw samples stand in .local/bench.json. Nothing here passes or fails a test.
"""
