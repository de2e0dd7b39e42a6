"""Expressions: text of a CEL subset in; a typed tree, a Python closure, a JSON form and an explanation out."""
