"""Named, ordered sets of assets."""
