"""The tables of applications, step by step."""
