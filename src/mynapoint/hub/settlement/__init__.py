"""Settlement (精算): what providers claim for awards, what is drawn to be shown, approved by two, paid and closed."""
