"""The REST API: one generic blueprint over all entity types of the release in force."""
