"""Real notices of other systems, taken in as history: every format of `data/notices`, row by row.

`landing.import_file(path)` is the door. A module for each format says how a row is told and read; money, dates, kinds,
divisions and parties are mapped in one place each. What cannot be taken in is kept with its reason.
"""
