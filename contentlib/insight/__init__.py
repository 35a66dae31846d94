"""Reports: one small folder each."""
