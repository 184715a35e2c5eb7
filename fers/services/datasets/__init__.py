"""Dataset versions: freezing, downloading, and fetching them by script."""
