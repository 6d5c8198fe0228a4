"""The tables of audit, step by step."""
