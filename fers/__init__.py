"""FERS: an open platform for facial emotion recognition (FER) in the wild."""

__version__ = "0.1.0"
