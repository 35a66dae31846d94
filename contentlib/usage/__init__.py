"""What colleagues did: impressions, opens, takings."""
