"""What buyers did: hits, visits, views, downloads."""
