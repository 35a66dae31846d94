"""The vocabulary: facets and their terms, with definitions and synonyms."""
