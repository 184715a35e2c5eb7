"""Faces on their way in, stored whole or not at all, and what is known of them."""
