"""Who did what: a row for each act that somebody may ask about later."""
