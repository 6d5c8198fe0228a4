"""The tables of identity, step by step."""
