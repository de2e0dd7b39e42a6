"""The model compiled: expressions, field kinds, lifecycles, validation and forms; pure, no input or output."""
