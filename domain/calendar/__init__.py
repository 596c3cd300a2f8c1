"""Working days with make-up workdays and leave, due days, and the hours in which we stay silent (R-CAL)."""

from domain.calendar.jitter import jitter_minute, jittered
from domain.calendar.layers import Leave, Roster
from domain.calendar.national import BadCalendar, NationalTable, bundled_table, load_table
from domain.calendar.quiet import QuietHours
from domain.calendar.workdays import WorkCalendar

__all__ = [
    "BadCalendar",
    "Leave",
    "NationalTable",
    "QuietHours",
    "Roster",
    "WorkCalendar",
    "bundled_table",
    "jitter_minute",
    "jittered",
    "load_table",
]
