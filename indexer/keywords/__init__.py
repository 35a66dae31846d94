"""Keyword search: what was typed, read as words, and the BM25 engines that look them up."""
