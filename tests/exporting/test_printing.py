"""Texts are printed as they are: their words can be read again, their Markdown is shown, and nothing is loaded."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pypdf import PdfReader

from fers.exporting.printing import HTML_TYPE, PDF_TYPE, Document, printed

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TEXT = """# Taking part in “Smiles”

You are **invited**. See [the board](https://board.example.org/12) and *Größe*, Ελληνικά, Русский.

## Your choices

- [x] Keep my photos.
- [ ] Share them.

1. first
2. second

![seen](https://elsewhere.example/seen.png) <script>alert("no")</script> `code`
"""


def document(body: str, title: str = "Smiles") -> Document:
    return Document("consent", title, body, NOON)


def read(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def words_of(made: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(made).pages).split())


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return printed(document(TEXT))


def test_the_words_of_a_pdf_can_be_read_again(pdf):
    words = words_of(pdf)
    for said in (
        "Taking part in “Smiles”",
        "You are invited.",
        "Größe, Ελληνικά, Русский",
        "☑ Keep my photos.",
        "☐ Share them.",
        "1. first",
        '<script>alert("no")</script>',
    ):
        assert said in words, said
    assert not any(sign in words for sign in ("**", "# ", "[x]", "]("))


def test_markdown_is_shown_as_what_it_means(pdf):
    page = read(pdf).pages[0]
    fonts = {
        font.get_object()["/BaseFont"].partition("+DejaVuSans")[2] for font in page["/Resources"]["/Font"].values()
    }
    assert fonts == {"Book", "Bold", "Oblique", "MonoBook"}
    links = [note.get_object().get("/A", {}).get("/URI") for note in page["/Annots"]]
    assert "https://board.example.org/12" in links
    assert not list(page.images), "a picture would be fetched"


def test_a_pdf_says_what_it_is_and_is_the_same_each_time(pdf):
    found = read(pdf).metadata
    assert (found.title, found.creation_date) == ("Smiles", NOON)
    assert printed(document(TEXT)) == pdf
    assert document(TEXT).file_name == "consent.pdf" and document(TEXT).media_type == PDF_TYPE


def test_long_texts_go_on_on_numbered_pages():
    pages = read(printed(document("\n\n".join(f"Paragraph {number}." for number in range(120))))).pages
    assert len(pages) > 1
    assert f"2 / {len(pages)}" in pages[1].extract_text()


@pytest.mark.parametrize(
    "body",
    ["参加研究", "المشاركة في الدراسة", "עברית", "हिन्दी", "Well done 🎉🏽"],
    ids=["zh", "ar", "he", "hi", "emoji"],
)
def test_what_a_pdf_would_get_wrong_is_a_page_to_print(body):
    asked = document(f"# {body}\n\n- [x] {body} **A**\n\n<b>x</b> ![p](https://elsewhere.example/p.png)")
    assert (asked.file_name, asked.media_type) == ("consent.html", HTML_TYPE)
    page = printed(asked).decode()
    assert f'<h1 dir="auto">{body}</h1>' in page and "☑" in page and "<strong>A</strong>" in page
    assert "default-src 'none'" in page and "&lt;b&gt;" in page and "<img" not in page


def test_a_title_counts_too():
    assert not document("Only Latin.", title="参加").is_pdf


@given(some.text(some.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40))
def test_whatever_is_typed_a_page_has_no_tag_of_it(typed):
    page = printed(document(f"参 {typed}")).decode()
    assert "<script" not in page and "<img" not in page
