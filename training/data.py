"""The readers of labelled faces, by the name that training knows them by."""

from fers.datasets import FORMATS, DataError, FaceSet, join, load, load_all

__all__ = ["FORMATS", "DataError", "FaceSet", "join", "load", "load_all"]
