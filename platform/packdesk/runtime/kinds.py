"""The one table of field kinds: what each reads, writes, stores, shows and describes."""

from collections.abc import Mapping
from types import MappingProxyType

from packdesk.model.entity_types import Kind
from packdesk.runtime.field_kind import DEFAULT_READING, ColumnPart, FieldKind, Reading
from packdesk.runtime.kinds_choice import CHOICE_KINDS
from packdesk.runtime.kinds_number import NUMBER_KINDS
from packdesk.runtime.kinds_structured import STRUCTURED_KINDS
from packdesk.runtime.kinds_text import TEXT_KINDS
from packdesk.runtime.kinds_time import TIME_KINDS

__all__ = ["DEFAULT_READING", "KINDS", "ColumnPart", "FieldKind", "Reading"]

KINDS: Mapping[Kind, FieldKind] = MappingProxyType({kind.kind: kind for kind in (*TEXT_KINDS, *NUMBER_KINDS, *TIME_KINDS, *CHOICE_KINDS, *STRUCTURED_KINDS)})
