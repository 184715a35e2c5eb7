"""Reading TOML that anybody may have written: each value has its type, none is left over, and what is wrong is named by
its place."""

from collections.abc import Mapping
from typing import Any, TypeVar

from fers.domain.questions import EXTREMES
from fers.errors import InvalidInput

_Value = TypeVar("_Value")
_Default = TypeVar("_Default")


class _Required:
    pass


_REQUIRED = _Required()


class TomlTable:
    """Values by name. Each call names the one it wants, and returns the default where there is none; without a default
    it must be there. Raises InvalidInput."""

    def __init__(self, content: Mapping[str, Any], place: str = ""):
        self._content = content
        self._place = place
        self._read: set[str] = set()

    def place(self, name: str) -> str:
        """Where a value is, such as `questions[2].kind`: the second question's."""
        return f"{self._place}.{name}" if self._place else name

    def text(self, name: str, default: _Default | _Required = _REQUIRED) -> str | _Default:
        found: str | _Default = self._of(name, str, "a text", default)
        return found

    def flag(self, name: str, default: bool | _Required = _REQUIRED) -> bool:
        found: bool = self._of(name, bool, "true or false", default)
        return found

    def whole(self, name: str, default: _Default | _Required = _REQUIRED) -> int | _Default:
        found: int | _Default = self._bounded(name, self._of(name, int, "a whole number", default))
        return found

    def number(self, name: str, default: _Default | _Required = _REQUIRED) -> float | _Default:
        found = self._bounded(name, self._of(name, (int, float), "a number", default))
        return float(found) if isinstance(found, int) else found

    def one_of(
        self, name: str, values: Mapping[str, _Value], default: _Default | _Required = _REQUIRED
    ) -> _Value | _Default:
        """A value by its word in the file."""
        word = self._of(name, str, "a text", default)
        if name not in self._content and not isinstance(default, _Required):
            return default
        if word not in values:
            raise InvalidInput("study-file.no-such-value", field=self.place(name), value=word, values=list(values))
        return values[word]

    def texts(self, name: str) -> tuple[str, ...]:
        return self._list(name, str, "a list of texts", _REQUIRED)

    def wholes(self, name: str, default: tuple[int, ...] | _Required = _REQUIRED) -> tuple[int, ...]:
        return self._list(name, int, "a list of whole numbers", default)

    def table(self, name: str) -> "TomlTable":
        """An empty one where there is none."""
        return TomlTable(self._of(name, dict, "a table", {}), self.place(name))

    def tables(self, name: str) -> list["TomlTable"]:
        """None where there are none."""
        found = self._list(name, dict, "a list of tables", ())
        return [TomlTable(each, f"{self.place(name)}[{number}]") for number, each in enumerate(found, start=1)]

    def require_nothing_else(self) -> None:
        """Raises InvalidInput for what nobody asked for: it is mistyped, or of another kind."""
        for name in self._content:
            if name not in self._read:
                raise InvalidInput("study-file.unknown-field", field=self.place(name))

    def _of(self, name: str, kind: Any, wanted: str, default: Any) -> Any:
        self._read.add(name)
        if name not in self._content:
            if isinstance(default, _Required):
                raise InvalidInput("study-file.missing", field=self.place(name))
            return default
        found = self._content[name]
        if not _is(found, kind):
            raise InvalidInput("study-file.wrong-type", field=self.place(name), wanted=wanted)
        return found

    def _list(self, name: str, kind: Any, wanted: str, default: Any) -> tuple[Any, ...]:
        found = self._of(name, list, wanted, default)
        if not all(_is(each, kind) for each in found):
            raise InvalidInput("study-file.wrong-type", field=self.place(name), wanted=wanted)
        return tuple(found)

    def _bounded(self, name: str, found: Any) -> Any:
        if isinstance(found, int | float) and not EXTREMES[0] <= found <= EXTREMES[1]:  # Also for NaN.
            raise InvalidInput("study-file.too-large", field=self.place(name))
        return found


def _is(found: object, kind: Any) -> bool:
    """Python takes True for a number."""
    return isinstance(found, kind) and (kind is bool or not isinstance(found, bool))
