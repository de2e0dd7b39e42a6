"""What the screens themselves say, in English and German; labels of fields, statuses and actions come from the packs.

One module per part of the screens. The sentences of refusals are in ``packdesk.errors.catalogue``.
"""
