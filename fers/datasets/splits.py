"""The part of a set that is read, where it comes in parts: `PATH#train`."""

from fers.datasets.faces import DataError


class SeveralSplits(DataError):
    """A set comes in several parts, and none was chosen."""

    def __init__(self, message: str, splits: list[str]):
        super().__init__(message)
        self.splits = splits


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
        there = ", ".join(name or "one without a name" for name in sorted(self._there))
        if self._wanted is None and len(self._there) > 1:
            message = f"{source} holds several splits ({there}): write #NAME behind the path to choose one"
            raise SeveralSplits(message, sorted(filter(None, self._there)))
        if self._wanted is not None and self._wanted not in self._there:
            raise DataError(f"{source}: no split of that name; there is: {there or 'none'}")
