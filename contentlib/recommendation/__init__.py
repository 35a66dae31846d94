"""Assets suggested for a deal, with reasons."""
