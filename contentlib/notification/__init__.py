"""Messages to a member about what happened."""
