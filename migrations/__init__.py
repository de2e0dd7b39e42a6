"""Alembic's migrations of the platform's own tables; ``packdesk.store.migrations`` runs them."""
