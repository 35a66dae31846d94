"""Implementations of the ports that need nothing heavy: files, mail, web pages."""
