"""The tables of ledger, step by step."""
