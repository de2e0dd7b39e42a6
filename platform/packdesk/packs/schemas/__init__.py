"""The kinds of documents as shapes, and the JSON Schemas (Draft 2020-12) that editors and the server read."""

from packdesk.packs.schemas.catalogue import KINDS, LATER_KINDS, PACK_SHAPE
from packdesk.packs.schemas.json_schema import pack_schema, schema, validator, write_schemas

__all__ = ["KINDS", "LATER_KINDS", "PACK_SHAPE", "pack_schema", "schema", "validator", "write_schemas"]
