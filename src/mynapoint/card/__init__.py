"""Party 1, the resident's card: its client, an emulated card, and the local agent that takes the PIN."""
