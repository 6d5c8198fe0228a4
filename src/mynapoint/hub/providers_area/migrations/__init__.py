"""Tables of the providers' area, in order."""
