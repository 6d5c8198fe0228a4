"""The card agent: a local page that shows the statement, takes the PIN, signs, and delivers to return_url only."""
