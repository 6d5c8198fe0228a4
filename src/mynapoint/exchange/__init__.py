"""What the parties say to each other: card token, messages between hub and provider, and their signatures."""
