"""Packdesk: pack files in, a working customer-care system out.

The floors of the engine, lowest first: errors, clock, ids, settings; model; packs; runtime; store; records; then the doors
web, worker and cli. A lower floor never imports a higher one (import-linter, ``make lint``).
"""

__version__ = "0.1.0"
