"""Every failure has its code, its fields and its words in the catalogue, and nowhere else."""

import ast
import json
import pickle
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from fers import errors, wording
from fers.errors import FersError, ImageRejected, InvalidInput, OutOfOrder, StoreUnavailable, catalogue, placeholders

ROOT = Path(__file__).parents[1]
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, FersError)}
PARTS = ("what", "next", "operator")


class Failure(NamedTuple):
    """A place in the source that makes one."""

    where: str
    kind: str
    code: str | None
    """None where it is no literal."""
    fields: set[str | None]


@cache
def sources() -> dict[Path, ast.Module]:
    files = [ROOT / "app.py", *(file for room in ("fers", "pages", "training") for file in (ROOT / room).rglob("*.py"))]
    return {file.relative_to(ROOT): ast.parse(file.read_text("utf-8")) for file in files}


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def kinds_in(trees: dict[Path, ast.Module]) -> set[str]:
    """Names of all kinds of failures, with those that are made from them elsewhere."""
    known, found = set(KINDS), set()
    classes = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while found != known:
        found = set(known)
        known |= {node.name for node in classes if known & {name_of(base) for base in node.bases}}
    return known


def failures() -> Iterator[Failure]:
    """All that are made by name, also in a `partial`, which makes them later."""
    trees = sources()
    kinds = kinds_in(trees)
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            made, *given = node.args if name_of(node.func) == "partial" else [node.func, *node.args]
            if name_of(made) in kinds:
                code = given[0].value if len(given) == 1 and isinstance(given[0], ast.Constant) else None
                yield Failure(f"{path}:{node.lineno}", name_of(made), code, {field.arg for field in node.keywords})


FAILURES = list(failures())


def test_every_failure_names_an_entry_of_the_catalogue_and_its_fields():
    for failure in FAILURES:
        assert failure.code in catalogue(), failure
        assert failure.fields == placeholders(failure.code), failure


def test_every_entry_is_used():
    used = {failure.code for failure in FAILURES} | {errors.OURS}
    assert sorted(set(catalogue()) - used) == []


def test_a_code_is_always_the_same_kind_of_failure():
    kinds = defaultdict(set)
    for failure in FAILURES:
        kinds[failure.code].add(failure.kind)
    assert {code: found for code, found in kinds.items() if len(found) > 1} == {}


def test_only_the_catalogue_has_words():
    literal = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id in KINDS
    ]
    assert literal == []


def test_what_people_and_operators_read_is_sentences():
    for code, words in catalogue().items():
        assert set(words) <= set(PARTS), code
        assert "what" in words or set(words) == {"operator"}, code
        for sentence in words.values():
            assert sentence == sentence.strip(), code
            assert sentence.endswith((".", "{problem}", "{findings}")), code
            assert sentence[0].isupper() or not sentence[0].isalpha() or sentence.startswith("docs/"), code


def test_no_two_failures_say_the_same():
    said = Counter(words["what"] for words in catalogue().values() if "what" in words)
    said += Counter(words["operator"] for words in catalogue().values() if set(words) == {"operator"})
    assert [sentence for sentence, times in said.items() if times > 1] == []


SAMPLES = {
    "size": 30_000_000,
    "duration": 7,
    "shape": (None, 48, 3),
    "or": ["one", "other"],
    ".3f": 0.5,
    ".0%": 0.5,
    "g": 0.5,
}
"""What fits a placeholder, by its format."""


def sample(code):
    """A failure with this code, with something in all its fields."""
    fields = {}
    for sentence in catalogue()[code].values():
        for _, name, form, _ in wording.string.Formatter().parse(sentence):
            if name is not None:
                fields[name] = SAMPLES.get(form, f"<{name}>")
    return FersError(code, **fields)


def test_every_entry_can_be_said():
    for code in catalogue():
        failure = sample(code)
        assert failure.what and str(failure), code
        assert "{" not in failure.what + str(failure), code


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "“A”, “B”"), ("de", "„A“, „B“"), ("fr", "«\xa0A\xa0», «\xa0B\xa0»"), ("ar", "«A»، «B»")],
)
def test_what_somebody_wrote_is_quoted_as_the_language_does(language, told):
    assert wording.filled("{questions:quoted}", {"questions": ["A", "B"]}, language) == told


def test_a_failure_says_what_happened_and_what_to_do():
    failure = ImageRejected("photo.too-large", limit=30_000_000)
    assert (failure.code, failure.fields) == ("photo.too-large", {"limit": 30_000_000})
    assert failure.what == "The file is larger than 30 MB."
    assert failure.next == "Please choose a smaller one."
    assert str(failure) == "The file is larger than 30 MB. Please choose a smaller one."


def test_what_only_the_operator_can_mend_people_are_told_no_more_of():
    failure = OutOfOrder("upload.not-writable", folder=Path("/data"), problem="no space")
    assert failure.what == "Something is wrong on our side."
    assert failure.next == "Please try again later."
    assert str(failure) == failure.operator
    assert failure.operator.startswith("A dataset can't be written to /data (no space).")


def test_a_failure_with_words_for_both_says_to_each_what_is_theirs():
    failure = StoreUnavailable("disk.nearly-full", room=100_000_000)
    assert failure.what == "Nothing new can be saved at the moment."
    assert "less than 100 MB" in str(failure)


def test_a_failure_goes_from_process_to_process():
    failure = InvalidInput("upload.several-tables", files=("a.csv", Path("b.csv")))
    again = pickle.loads(pickle.dumps(failure))
    assert (type(again), again.code, again.fields) == (InvalidInput, failure.code, failure.fields)
    assert str(again) == str(failure)
    revived = InvalidInput.revived(json.loads(json.dumps(failure.as_record())))
    assert (type(revived), str(revived)) == (InvalidInput, str(failure))


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"code": "photo.empty"},
        {"code": "photo.none", "fields": {}},
        {"code": "photo.empty", "fields": {"more": 1}},
        {"code": "photo.too-large", "fields": {"limit": "thirty"}},
        {"code": ["photo.empty"], "fields": {}},
    ],
    ids=["nothing", "no-fields", "unknown", "other-fields", "other-type", "no-code"],
)
def test_what_is_no_failure_is_not_revived(record):
    with pytest.raises(ValueError):
        ImageRejected.revived(record)
