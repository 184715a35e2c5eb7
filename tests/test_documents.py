"""The documents lead where they say: every link, every path and every command that they name is there."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from fers.cli.main import main
from fers.errors import catalogue
from tests import REPOSITORY

TRACKED = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split()
DOCUMENTS = [name for name in TRACKED if name.endswith(".md")]
TEXTS = [name for name in TRACKED if name.endswith((".md", ".py", ".txt", ".toml", "Dockerfile", "Makefile"))]
_LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
_FENCE = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
_DOCUMENT = re.compile(r"(?<![\w./-])docs/[\w./-]*\w")
_SOURCE = re.compile(r"`((?:fers|pages|training|benchmarks|tests|scripts|docs)/[\w./-]*)`")
_WORDS = r"((?: [^\s`|&#…][^\s`|&…]*)*)"
_COMMAND = re.compile(r"(?:python -m |`)(?:(fers)(?= [a-z])|(?<=-m )((?:benchmarks|training)\.\w+))" + _WORDS)
_OPTION = re.compile(r"--[a-z][\w-]*")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)|<img src=\"([^\"]+)\" alt=\"([^\"]+)\"")
PICTURES = [REPOSITORY / name for name in TRACKED if name.startswith("docs/images/")]
LARGEST_PICTURE, ALL_PICTURES = 150_000, 1_500_000
"""Bytes: they are in every copy of the repository, and a page that shows several is there at once."""
ELSEWHERE = ("http://", "https://", "mailto:")


def read(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def anchors(document: Path) -> set[str]:
    """What GitHub calls a document's headings."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", document.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(document: str) -> Iterator[str]:
    for found in _LINK.finditer(_FENCE.sub("", read(document))):
        if not (target := found[1] or found[2]).startswith(ELSEWHERE):
            yield target


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """The program and the words of each command that a text names."""
    for found in _COMMAND.finditer(re.sub(r"\s*\\\n\s*", " ", text)):
        words = [word.strip("\"'.,;:()[]") for word in found[3].split()]
        yield found[1] or found[2], words[: words.index("--")] if "--" in words else words


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_resolves(document):
    for target in links(document):
        path, _, anchor = target.partition("#")
        there = ((REPOSITORY / document).parent / path) if path else REPOSITORY / document
        assert there.exists(), f"{document} links to {target}"
        assert not anchor or anchor in anchors(there), f"{document} links to {target}"


def test_every_picture_is_shown_and_small_and_said_in_words():
    shown = {}
    for document in DOCUMENTS:
        for found in _PICTURE.finditer(read(document)):
            shown[((REPOSITORY / document).parent / (found[2] or found[3])).resolve()] = found[1] or found[4]
    assert set(PICTURES) == {path for path in shown if path.is_relative_to(REPOSITORY / "docs/images")}
    assert [path.name for path, words in shown.items() if len(words.split()) < 3] == []
    sizes = {path.name: path.stat().st_size for path in PICTURES}
    assert {name: size for name, size in sizes.items() if size > LARGEST_PICTURE} == {}
    assert sum(sizes.values()) <= ALL_PICTURES


def test_every_page_is_in_the_index():
    there = {str(Path(name).relative_to("docs")) for name in DOCUMENTS if name.startswith("docs/")}
    assert there == {target.partition("#")[0] for target in links("docs/README.md")} | {"README.md"}


@pytest.mark.parametrize("name", [name for name in TEXTS if "docs/" in read(name)])
def test_every_document_that_is_named_is_there(name):
    for path in _DOCUMENT.findall(read(name)):
        assert (REPOSITORY / path).exists(), f"{name} names {path}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_source_that_a_document_names_is_there(document):
    for path in _SOURCE.findall(read(document)):
        assert (REPOSITORY / path).exists(), f"{document} names {path}"


@pytest.mark.parametrize("name", [name for name in TEXTS if _COMMAND.search(read(name))])
def test_every_command_that_is_named_is_there(name):
    for program, words in commands(read(name)):
        options = [found[0] for word in words if (found := _OPTION.match(word))]
        known = fers_options(words) if program == "fers" else module_options(program)
        assert set(options) <= known, f"{name} names {program} {' '.join(words)}"


def fers_options(words: list[str]) -> set[str]:
    """The options of the command of `fers` that the words begin with."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(click.Context(command), words[0])
        assert inner is not None, f"{command.name} has no command {words[0]}"
        command, words = inner, words[1:]
    return {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {"--help"}


def module_options(module: str) -> set[str]:
    """The options that the source of a command names, so that no machine learning library is imported."""
    path = REPOSITORY / f"{module.replace('.', '/')}.py"
    assert path.exists(), f"There is no {module}"
    source = path.read_text(encoding="utf-8")
    assert '__name__ == "__main__"' in source, f"{module} is no command"
    return set(re.findall(r"\"(--[a-z][\w-]*)\"", source)) | {"--help"}


def test_documents_quote_in_one_way_and_messages_in_another():
    """Straight in what is written as Markdown, curly in what pages and the command line say."""
    curly = [name for name in DOCUMENTS if name.startswith(("docs/", "README")) and re.search("[“”]", read(name))]
    said = [sentence for words in catalogue().values() for sentence in words.values() if "python -c" not in sentence]
    assert (curly, [sentence for sentence in said if '"' in sentence]) == ([], [])
