"""Finding assets by words and facets."""
