"""Support counters (支援窓口): visits at shared terminals, the helper's and the visitor's screens."""
