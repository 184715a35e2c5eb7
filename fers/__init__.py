"""FERS: an open platform for facial emotion recognition (FER) in the wild."""

__version__ = "0.2.0"
