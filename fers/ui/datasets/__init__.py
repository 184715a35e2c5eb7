"""The page of dataset versions."""
