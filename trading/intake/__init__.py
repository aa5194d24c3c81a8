"""From the full text of a tender notice (招标公告) to a structured draft. Plain Python, no Django, no database.

`draft_from_record(record)` is the door. Nothing is guessed silently: every value carries the words it came from.
"""
