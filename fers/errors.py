"""Every failure that FERS can name: its kind is a class, which of them it is a code, and its words stand in
`errors.toml`.

    raise InvalidInput("study.guide-too-long", longest=10_000)
"""

import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Self

from fers import wording

CATALOGUE = Path(__file__).with_suffix(".toml")
OURS = "store.out-of-order"
"""What people are told where only the operator can mend something: the words of entries that have none for them."""


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """The sentences `what`, `next` and `operator` of each code, as far as it has them."""
    subjects = tomllib.loads(CATALOGUE.read_text("utf-8"))
    return {f"{subject}.{name}": words for subject, named in subjects.items() for name, words in named.items()}


def placeholders(code: str) -> set[str]:
    """The fields that a failure with this code has. Raises KeyError for a code that there isn't."""
    return set().union(*map(wording.placeholders, catalogue()[code].values()))


class FersError(Exception):
    """A failure with sentences for the person: `what` happened and what to do `next`.

    `code`, such as "photo.too-large", says which failure it is, and stays what it is when the words change. `fields`,
    by name, are what the words hold beside: texts, numbers and lists of them, whatever was given. `operator`: what the
    log and the command line say instead, where only whoever runs FERS can do something about it; people on a page never
    read it. It can be pickled, and sent as JSON by `as_record`.
    """

    def __init__(self, code: str, /, **fields: object):
        super().__init__(code)
        self.code = code
        self.fields = {name: _plain(value) for name, value in fields.items()}

    @property
    def what(self) -> str:
        return self.said("what")

    @property
    def next(self) -> str:
        return self.said("next")

    @property
    def operator(self) -> str:
        return self.said("operator")

    def __str__(self) -> str:
        return self.operator or f"{self.what} {self.next}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.code, self.fields)

    def as_record(self) -> dict[str, Any]:
        """`code` and `fields`, ready for JSON."""
        return {"code": self.code, "fields": self.fields}

    @classmethod
    def revived(cls, record: dict[str, Any]) -> Self:
        """The failure of a record, from wherever. Raises ValueError for what is none."""
        try:
            failure = cls(record["code"], **record["fields"])
            if set(failure.fields) == placeholders(failure.code) and str(failure) and failure.what:
                return failure
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("no record of a failure") from error
        raise ValueError("other fields than the failure has")

    def said(self, part: str, translate: Callable[[str], str] = str, language: str = "en") -> str:
        """`what`, `next` or `operator`, in the `language` into which `translate` puts a sentence."""
        words = catalogue()[self.code]
        if "what" not in words and part != "operator":
            words = catalogue()[OURS]
        fields = wording.with_texts(self.fields, translate)
        return wording.filled(translate(words.get(part, "")), fields, language)


def _again(kind: type[FersError], code: str, fields: dict[str, Any]) -> FersError:
    return kind(code, **fields)


def _plain(value: object) -> Any:
    """As it can be kept: a text, a number, or a list of such."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return str(value)


class ImageRejected(FersError):
    """The file given is not a photo FERS accepts. Nothing of it was kept."""


class ModelRejected(FersError):
    """A model folder cannot be used as it is."""


class ModelDoubted(ModelRejected):
    """A model could be registered, but the test on known faces found something."""


class UnknownModel(FersError):
    """No registered model has the name asked for."""


class NotSignedIn(FersError):
    """The action needs a signed-in person."""


class NotPermitted(FersError):
    """The signed-in person may not do this."""


class SignInFailed(FersError):
    """The credentials do not open an account. Never says which part was wrong."""


class TooManyAttempts(FersError):
    """Too many failed attempts for now; `next` says how long to wait."""


class InvalidInput(FersError):
    """Something typed or chosen cannot be used as it is."""


class ConsentRequired(FersError):
    """The person has not agreed to what this action needs."""


class NotFound(FersError):
    """What was asked for is not there, or not theirs to see."""


class ImageLost(NotFound):
    """A face is there, but the store has lost its image, or has it damaged."""


class AlreadyExists(FersError):
    """A record with this id is stored already."""


class SlotTaken(FersError):
    """The face has all the labels it needs; this one came too late."""


class StudyClosed(FersError):
    """The study takes no faces at present."""


class JobStopped(FersError):
    """A background job was cancelled, or somebody else does it."""


class StoreUnavailable(FersError):
    """The store cannot be read or written now; nothing was changed."""


class OutOfOrder(StoreUnavailable):
    """Something is broken that only whoever runs FERS can mend: people are told no more than that."""
