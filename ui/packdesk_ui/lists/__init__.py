"""Lists of records: what they are asked for, and how they answer as table, board or beside an opened record.

In: a request. Out: pages and parts of pages. ``asked`` reads what was asked for, ``chips`` and ``columns`` show and change it,
``views`` keeps it, ``table``, ``board`` and ``split`` are the layouts, ``pages`` puts a page together.
"""

from packdesk_ui.lists.asked import given, named_filters
from packdesk_ui.lists.pages import records, whole

__all__ = ["given", "named_filters", "records", "whole"]
