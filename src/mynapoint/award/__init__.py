"""What the rules give: eligibility, the award itself, and the closed list of reasons for no."""
