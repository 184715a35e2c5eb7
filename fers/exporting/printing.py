"""Texts to be printed, filed or sent: PDF, or a page that a browser prints where a PDF can't be had.

DejaVu Sans comes with matplotlib and has the letters of the Latin, Greek, Cyrillic and some smaller alphabets, but none
of Chinese, Japanese, Korean or Hindi. Arabic and Hebrew need an order within the line that the PDF library gets wrong,
and a browser does not.
"""

import importlib.util
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

HTML_TYPE, PDF_TYPE = "text/html", "application/pdf"
_FACES = {"": "DejaVuSans", "B": "DejaVuSans-Bold", "I": "DejaVuSans-Oblique", "BI": "DejaVuSans-BoldOblique"}
_TASK = {"[ ]": "☐", "[x]": "☑"}
_STYLE = (
    "body{font:11pt/1.5 system-ui,sans-serif;max-width:42em;margin:2em auto;padding:0 1em;overflow-wrap:break-word}"
    "@page{margin:2cm}@media print{body{margin:0;padding:0;max-width:none}h1,h2,h3{break-after:avoid}}"
)


@dataclass(frozen=True)
class Document:
    """A text to be printed."""

    name: str
    """Of its file, without an ending."""
    title: str
    body: str
    """Markdown, without HTML and pictures."""
    dated: datetime
    language: str = "en"

    @property
    def is_pdf(self) -> bool:
        """Whether `printed` makes a PDF of it; else a page for a browser to print."""
        drawn = (sign for sign in f"{self.title}{self.body}" if not sign.isspace())
        return all(ord(sign) in _signs() and unicodedata.bidirectional(sign) not in ("R", "AL") for sign in drawn)

    @property
    def file_name(self) -> str:
        return f"{self.name}.{'pdf' if self.is_pdf else 'html'}"

    @property
    def media_type(self) -> str:
        return PDF_TYPE if self.is_pdf else HTML_TYPE


def printed(document: Document) -> bytes:
    """The document as a file: the same bytes each time."""
    return _pdf(document) if document.is_pdf else _page(document).encode()


def _html(document: Document) -> str:
    """Of the body. What looks like HTML or a picture in it stays text."""
    from markdown_it import MarkdownIt

    body = re.sub(r"^(\s*[-*] )(\[[ x]\])(?= )", lambda found: found[1] + _TASK[found[2]], document.body, flags=re.M)
    return MarkdownIt("commonmark", {"html": False}).disable("image").render(body)


def _page(document: Document) -> str:
    """Complete in itself: it loads nothing. Which way it is read follows from its letters."""
    return (
        f'<!doctype html><html lang="{escape(document.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<title>{escape(document.title)}</title><style>{_STYLE}</style></head><body dir="auto">'
        f"{_each_its_own_way(_html(document))}</body></html>"
    )


def _each_its_own_way(html: str) -> str:
    return re.sub(r"<(h\d|p|ul|ol|li|blockquote)>", r'<\1 dir="auto">', html)


def _pdf(document: Document) -> bytes:
    from fpdf import FPDF
    from fpdf.fonts import FontFace, TextStyle, TTFFont

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("DejaVu", size=8)
            self.cell(0, 6, f"{self.page_no()} / {{nb}}", align="C")

    paper = Paper(format="A4")
    paper.set_creation_date(document.dated)
    paper.set_title(document.title)
    paper.set_lang(document.language)
    for style, name in _FACES.items():
        paper.add_font("DejaVu", style, _font(name))
    paper.add_font("DejaVuMono", "", _font("DejaVuSansMono"))
    paper.set_margins(22, 20)
    paper.set_auto_page_break(True, 22)
    paper.add_page()
    paper.set_font("DejaVu", size=10)
    black, mono = "#000000", "DejaVuMono"
    headings = {
        f"h{level}": TextStyle("DejaVu", "B", size, color=black, t_margin=above, b_margin=0.5)
        for level, size, above in ((1, 17, 0), (2, 13, 4), (3, 11, 3), (4, 10, 3), (5, 10, 3), (6, 10, 3))
    }
    paper.write_html(
        _lines_apart(_html(document)),
        font_family="DejaVu",
        ul_bullet_char="•",
        li_prefix_color=black,
        tag_styles={
            **headings,
            "a": FontFace(color="#0645ad", emphasis="UNDERLINE"),
            "blockquote": TextStyle(color=black, l_margin=6, t_margin=2, b_margin=2),
            "code": FontFace(family=mono),
            "pre": TextStyle(mono, t_margin=2, b_margin=2),
        },
    )
    made = bytes(paper.output())
    for font in paper.fonts.values():
        if isinstance(font, TTFFont):
            font.ttfont.close()
    return made


def _lines_apart(html: str) -> str:
    """To the PDF library each paragraph and list says its own line height."""
    return re.sub(r"<(p|ul|ol)(?=[ >])", r'<\1 line-height="1.35"', html)


@cache
def _signs() -> frozenset[int]:
    """The characters that every face of the font has."""
    from fontTools.ttLib import TTFont

    def signs(name: str) -> frozenset[int]:
        with TTFont(_font(name), lazy=True) as face:
            return frozenset(face.getBestCmap())

    return frozenset.intersection(*map(signs, _FACES.values()))


def _font(name: str) -> Path:
    """Without loading matplotlib itself."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("matplotlib, whose fonts are used, is not installed")
    return Path(found.origin).parent / "mpl-data/fonts/ttf" / f"{name}.ttf"
