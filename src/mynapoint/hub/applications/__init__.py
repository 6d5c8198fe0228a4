"""Applications: one for each resident and incentive, for good; consents, account proofs, notices."""
