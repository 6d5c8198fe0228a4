"""An emulated My Number Card: the JPKI applet in software, and the test authority that issues it."""
