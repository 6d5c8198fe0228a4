"""What `./run bench award` runs: its data, our jobs, the rivals, and how each is measured and compared."""
