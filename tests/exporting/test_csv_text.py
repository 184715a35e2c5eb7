"""CSV reads back as it was, and what people open in spreadsheets has no formulas in it."""

import csv
import io

import pytest

from fers.exporting import csv_text

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1"]


def rows(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


@pytest.mark.parametrize("cell", FORMULAS, ids=repr)
def test_formulas_are_texts_for_people_and_as_they_are_for_programs(cell):
    assert rows(csv_text.for_people(["a"], [[cell]])) == [["a"], [f"'{cell}"]]
    assert rows(b"".join(csv_text.for_programs(["a"], [[cell]]))) == [["a"], [cell]]


def test_what_is_no_text_and_no_formula_is_as_it_is():
    cells = ["5f2a=1", "", -1, -0.5, True, False, None, float("nan")]
    assert rows(csv_text.for_people(["a"], [cells]))[1] == ["5f2a=1", "", "-1", "-0.5", "1", "0", "", ""]


@pytest.mark.parametrize(
    "text", ["one\rtwo", "one\ntwo", "one\r\ntwo", "one, two", '"one"', " one\x00 ", "fröhlich"], ids=repr
)
def test_no_text_breaks_a_row(text):
    assert rows(b"".join(csv_text.for_programs(["a", "b"], [[text, 1], [text, 2]])))[1:] == [[text, "1"], [text, "2"]]


def test_a_long_table_comes_in_pieces_as_it_is_read():
    taken = []

    def many():
        for number in range(100_000):
            taken.append(number)
            yield [number, "face"]

    pieces = csv_text.for_programs(["number", "what"], many())
    first = next(pieces)
    assert len(taken) < 20_000
    assert len(rows(first + b"".join(pieces))) == 100_001
