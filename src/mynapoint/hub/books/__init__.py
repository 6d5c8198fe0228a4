"""The books (帳簿): the programme's money in double entry, append-only; budgets and what is left of them."""
