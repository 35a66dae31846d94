"""The bodies of the reactions; which of them reacts to what, `contentlib.reactions` says."""
