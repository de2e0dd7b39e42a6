"""The thin door for browsers and programs: application factory, REST, OpenAPI, problem responses."""
