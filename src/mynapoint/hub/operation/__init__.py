"""Running the hub: what is answered when something fails, what is logged, counted and watched, how it is backed up."""
