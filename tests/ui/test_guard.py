import ast
import re

import pytest
from streamlit.testing.v1 import AppTest

from fers.ui import guard
from tests import REPOSITORY
from tests.waiting import LONG


def page_that_fails():
    from fers.errors import InvalidInput
    from fers.ui import guard

    with guard.explaining_everything():
        raise InvalidInput("study.no-contact")


def page_that_breaks():
    from fers.ui import guard

    with guard.explaining_everything():
        {}["ada@example.org"]


def test_a_named_failure_says_what_happened_and_what_to_do():
    app = AppTest.from_function(page_that_fails, default_timeout=LONG).run()
    assert [error.value for error in app.error] == [
        "**The study doesn't say how to reach those who run it.** Give an e-mail address or another contact."
    ]
    assert not app.exception


def test_a_surprise_becomes_one_calm_sentence_and_a_log_line_without_values(caplog):
    app = AppTest.from_function(page_that_breaks, default_timeout=LONG).run()
    (error,) = app.error
    reference = error.value.split("**")[1]
    assert "ada@example.org" not in error.value and not app.exception
    assert reference in caplog.text and "KeyError" in caplog.text
    assert "ada@example.org" not in caplog.text


def test_a_part_that_is_drawn_anew_goes_by_who_is_there_by_then(monkeypatch):
    class Rerun(BaseException):
        pass

    def rerun():
        raise Rerun

    here, shown = ["ada"], []
    part = guard.for_whoever_is_here(lambda actor, about: shown.append((actor, about)))
    monkeypatch.setattr(guard, "person", lambda: here[-1])
    monkeypatch.setattr(guard.st, "rerun", rerun)
    part("a face")
    here.append("ada, who is a researcher no longer")
    part("a face")
    assert shown == [("ada", "a face"), ("ada, who is a researcher no longer", "a face")]
    here.append(None)
    with pytest.raises(Rerun):
        part("a face")
    assert len(shown) == 2


@pytest.mark.parametrize("path", sorted((REPOSITORY / "fers/ui").rglob("*.py")), ids=lambda path: path.stem)
def test_every_part_that_is_drawn_anew_looks_up_who_is_there(path):
    """Streamlit calls it with what it was called with first, for as long as the page is open: somebody whose session
    was ended, or whose role was taken away, would go on in it."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    drawn = {name for name, node in functions.items() if any(map(is_drawn_anew, node.decorator_list))}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        made = call.func if isinstance(call.func, ast.Call) else call
        if is_drawn_anew(made):
            drawn |= {ast.unparse(about) for about in (*made.args, *call.args)} & functions.keys()
    for name in drawn:
        asks = "guard.for_whoever_is_here" in map(ast.unparse, functions[name].decorator_list)
        assert asks == ("actor" in [one.arg for one in functions[name].args.args]), name


def is_drawn_anew(maker: ast.expr) -> bool:
    return bool(re.match(r"st\.(fragment|dialog)\b", ast.unparse(maker)))
