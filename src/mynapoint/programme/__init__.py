"""What the rules are: the programme's figures as dated announcements with their sources."""
