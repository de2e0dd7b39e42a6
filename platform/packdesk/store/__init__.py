"""Everything that knows SQL: tables made from the model, units of work, queries, releases."""
