"""The closed list of functions: signature, meaning and where each is allowed; the reference page shows this table."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function of the language."""

    signature: str
    meaning: str
    #: Can be lowered to SQL on values of rows; on constants everything can.
    sql: bool = True


FUNCTIONS: Mapping[str, Function] = {
    "all": Function(signature="list.all(x, condition)", meaning="true when the condition holds for every item; true for none"),
    "exists": Function(signature="list.exists(x, condition)", meaning="true when the condition holds for some item"),
    "filter": Function(signature="list.filter(x, condition)", meaning="the items for which the condition holds"),
    "map": Function(signature="list.map(x, value)", meaning="the value of each item"),
    "size": Function(signature="size(list)", meaning="number of items"),
    "sum": Function(signature="sum(list)", meaning="sum of the items that are not null; 0 for none, null for money of none or of two currencies"),
    "first": Function(signature="first(list)", meaning="the first item, null for none"),
    "coalesce": Function(signature="coalesce(a, b, ...)", meaning="the first argument that is not null"),
    "duration": Function(signature="duration('3 months')", meaning="a length of time, written as in documents"),
    "date": Function(signature="date(text) or date(datetime, zone)", meaning="the day written YYYY-MM-DD, or the day of a moment in a zone"),
    "datetime": Function(signature="datetime(text)", meaning="the moment written YYYY-MM-DDTHH:MM:SSZ or with an offset"),
    "today": Function(signature="today(zone)", meaning="the day of now in a zone"),
    "year": Function(signature="year(day or moment, zone)", meaning="the year"),
    "month": Function(signature="month(day or moment, zone)", meaning="the month, 1 to 12"),
    "day": Function(signature="day(day or moment, zone)", meaning="the day of the month, 1 to 31"),
    "weekday": Function(signature="weekday(day or moment, zone)", meaning="the day of the week, 1 is Monday and 7 Sunday"),
    "hour": Function(signature="hour(moment, zone)", meaning="the hour, 0 to 23"),
    "lower": Function(signature="lower(text)", meaning="the text in small letters", sql=False),
    "upper": Function(signature="upper(text)", meaning="the text in capital letters", sql=False),
    "trim": Function(signature="trim(text)", meaning="the text without blanks, tabs and line ends around it"),
    "length": Function(signature="length(text)", meaning="number of code points"),
    "contains": Function(signature="contains(text, part)", meaning="true when the part occurs in the text"),
    "starts_with": Function(signature="starts_with(text, part)", meaning="true when the text begins with the part"),
    "ends_with": Function(signature="ends_with(text, part)", meaning="true when the text ends with the part"),
    "matches": Function(signature="matches(text, 'pattern')", meaning="true when the pattern is found in the text"),
    "text": Function(signature="text(value)", meaning="the value as text; an entry gives its id, a moment ISO 8601 in UTC"),
    "abs": Function(signature="abs(number or duration)", meaning="the value without its sign"),
    "round": Function(signature="round(number, places)", meaning="rounded half away from zero; without places an integer"),
    "min": Function(signature="min(a, b, ...)", meaning="the smallest argument; null when one is null"),
    "max": Function(signature="max(a, b, ...)", meaning="the largest argument; null when one is null"),
    "within": Function(signature="within(category, 'node')", meaning="true for the node and everything under it"),
    "matrix": Function(signature="matrix('id', row, column)", meaning="the cell of the matrix; null when row or column is"),
    "has_role": Function(signature="has_role(actor, 'role')", meaning="true when the actor holds the role"),
    "is_member": Function(signature="is_member(user, unit)", meaning="true when the user is in the unit or in one under it"),
    "changed": Function(signature="changed(record.field)", meaning="true when the change gives the field another value", sql=False),
}
MACROS = frozenset({"all", "exists", "filter", "map"})
