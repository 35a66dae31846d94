"""The library itself: nouns as folders, no web framework, no index, no network."""
