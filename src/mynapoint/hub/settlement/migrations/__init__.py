"""The tables of settlement, step by step."""
