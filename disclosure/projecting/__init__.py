"""The read models follow the record (design §4, §9): by position, in order, again from nothing whenever one likes."""

from disclosure.projecting.cursor import catch_up, follow, rebuild

__all__ = ["catch_up", "follow", "rebuild"]
