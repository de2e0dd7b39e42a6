"""What the merged packs say, as frozen values; no input or output happens here.

``packs.build`` makes a ``Model`` from merged documents, ``runtime.compile`` makes a ``Runtime`` from a ``Model``. Every node
knows its ``path`` (``entity_types.lead.fields.priority``): the id of the rule in a refusal, and the key of its origin.
Expressions are still text here. Collections are tuples and read-only mappings in written order.
"""
