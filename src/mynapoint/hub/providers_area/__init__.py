"""The providers' area: what people of a payment provider see and do, and what the office decides about it."""
