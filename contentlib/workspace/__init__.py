"""What is true for the whole installation: settings kept in the database, our own networks."""
