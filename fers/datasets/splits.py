"""The part of a set that is read, where it comes in parts: `PATH#train`."""

from fers.datasets.faces import DataError


class SeveralSplits(DataError):
    """A set comes in several parts, and none was chosen."""

    @property
    def splits(self) -> list[str]:
        return self.fields["splits"]


class SplitChoice:
    """Which split was asked for, None for the only one, and which ones there turned out to be."""

    def __init__(self, wanted: str | None = None):
        self._wanted = wanted
        self._there: set[str] = set()

    def takes(self, name: str) -> bool:
        """Return whether what belongs to split `name` is read."""
        self._there.add(name)
        return self._wanted in (None, name)

    def check(self, source: str) -> None:
        """Raise DataError when the split that was asked for isn't there, or when there are several to choose from: to
        train on a set and its test split at once is rarely what anybody wants."""
        there = sorted(filter(None, self._there))
        if self._wanted is None and len(self._there) > 1:
            if "" in self._there:
                raise SeveralSplits("set.some-without-split", source=source, splits=there)
            raise SeveralSplits("set.several-splits", source=source, splits=there)
        if self._wanted is not None and self._wanted not in self._there:
            if there:
                raise DataError("set.no-such-split", source=source, split=self._wanted, splits=there)
            raise DataError("set.no-splits", source=source, split=self._wanted)
