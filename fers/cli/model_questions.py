"""What a weights file can't tell about itself, asked for at the terminal unless an option says it, and on the page."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import click

from fers.cli.terminal import at_a_terminal
from fers.errors import InvalidInput, ModelRejected
from fers.inference.draft import ModelDraft
from fers.inference.model_folder import ID, OUTPUT_KINDS, Misdescribed, info_of

ALL_THE_SAME = "Register it anyway"
"""The question at the terminal and the button on the page for a model that the self-test doubts."""
MORE = "More settings"
"""The part of the page's form, closed at first, with what is rarely to be said."""


class Names(click.ParamType):
    name = "NAME,NAME,…"

    def convert(self, value, param, ctx) -> list[str]:
        names = [name.strip() for name in value.split(",")]
        return names if all(names) else self.fail("names with commas between them, please.", param, ctx)


class Numbers(click.ParamType):
    """Numbers with commas between them; `count` of them, if that is given."""

    name = "NUMBER,NUMBER,…"

    def __init__(self, count: int | None = None):
        self._count = count

    def convert(self, value, param, ctx) -> list[float]:
        try:
            numbers = [float(number) for number in value.split(",")]
        except ValueError:
            numbers = []
        if not numbers or len(numbers) != (self._count or len(numbers)):
            self.fail(f"{self._count or 'some'} numbers with commas between them, please.", param, ctx)
        return numbers


class Identifier(click.ParamType):
    name = "NAME"

    def convert(self, value, param, ctx) -> str:
        if not ID.fullmatch(value):
            self.fail("letters, digits, dots, dashes and underscores only, please.", param, ctx)
        return value


@dataclass(frozen=True)
class Question:
    option: str
    text: str
    """The question at the terminal, the field's name on the page."""
    type: click.ParamType = click.STRING
    default: str | None = None
    """Taken where nobody can be asked; None for what must be said."""
    asked: bool = True
    """Whether it is worth a question at the terminal, or an option is enough."""

    @property
    def key(self) -> str:
        return self.option.lstrip("-").replace("-", "_")


QUESTIONS = (
    Question("--id", "Id, also the folder's name", Identifier(), default="{stem}"),
    Question("--name", "What people call it", default="{stem}"),
    Question("--model-version", "Version", default="1.0.0", asked=False),
    Question("--classes", "Classes in the order of the outputs, with commas between them", Names()),
    Question("--output", "Name of the output that holds the classes, if there are several", default="", asked=False),
    Question("--kind", "What the outputs are, unless testing shows it", click.Choice(OUTPUT_KINDS), "", asked=False),
    Question("--range", "Values that black and white are fed as, such as 0,1 or -1,1 or 0,255", Numbers(2)),
    Question("--mean", "Mean then subtracted from each channel", Numbers(), default="", asked=False),
    Question("--std", "Standard deviation each channel is then divided by", Numbers(), default="", asked=False),
    Question("--order", "Order of the channels", click.Choice(["RGB", "BGR"]), default="RGB"),
    Question("--crop-scale", "Side of the crop, where the face's box is 1", click.FloatRange(0.5, 4)),
    Question(
        "--side",
        "Pixels, for a network that reads faces of any size",
        click.IntRange(16, 1024),
        default="",
        asked=False,
    ),
    Question("--licence", "Licence of the weights and of the data they learned from"),
    Question("--data", "What it was trained on, in a sentence"),
)


_OPTIONS = {"version": "model-version", "crop scale": "crop-scale"}
"""Where an option is called otherwise than what it sets in a description."""
_FIELDS = {question.option: question.text.partition(",")[0] for question in QUESTIONS} | {"--yes": ALL_THE_SAME}
"""What the page calls an option, in short."""


_HIDDEN = {question.option for question in QUESTIONS if not question.asked}


def in_words_of_the_page(text: str) -> str:
    """What the command line says, with the names of the page's fields for its options."""
    return re.sub(r"'?(--[a-z-]+)'?", lambda found: _on_the_page(found[1]) or found[0], text)


def _on_the_page(option: str) -> str:
    """A field, and where it is if it has to be looked for; "" for an option that is none."""
    if option not in _FIELDS:
        return ""
    return f"“{_FIELDS[option]}”" + (f" under “{MORE}”" if option in _HIDDEN else "")


def refuse_unusable(answers: dict[str, str]) -> None:
    """Raise ModelRejected for the first of the page's `answers`, by option, that can't be one."""
    for question in QUESTIONS:
        try:
            if answer := (answers.get(question.option) or "").strip():
                question.type.convert(answer, None, None)
        except click.BadParameter as error:
            field = _FIELDS[question.option]
            raise ModelRejected("model-answers.unusable", field=field, problem=error.message) from error


def plain(stem: str) -> str:
    """A file's name without what an id can't hold."""
    return re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-") or "model"


def asks(questions: tuple[Question, ...]) -> Callable:
    """A decorator that gives a command an option for each question."""

    def decorate(command: Callable) -> Callable:
        for question in reversed(questions):
            command = click.option(question.option, question.key, type=question.type, help=f"{question.text}.")(command)
        return command

    return decorate


def answered(questions: tuple[Question, ...], options: dict, stem: str, draft: ModelDraft) -> dict:
    """Every question's answer: from `options`, the terminal, or its default.

    Raises InvalidInput that lists the options to give where there is no terminal, and for answers that can't be;
    ModelRejected for a number of classes that the network does not give.
    """
    ask = at_a_terminal()
    missing = [q.option for q in questions if options[q.key] is None and q.default is None]
    if missing and not ask:
        raise InvalidInput("model-answers.missing", options=missing)
    answers: dict = {}
    for question in questions:
        answers[question.key] = _answer(question, options[question.key], stem, draft, ask)
        if question.key == "output":
            answers["output"] = _output(answers, draft, ask)
    return answers


def _output(answers: dict, draft: ModelDraft, ask: bool) -> str | None:
    """The name of the output that holds the classes; None for the only one that does."""
    try:
        draft.output(answers["output"], answers["classes"])
    except InvalidInput:
        if not ask:
            raise
        names = [output.name for output in draft.outputs if output.numbers == len(answers["classes"])]
        return click.prompt("Output that holds the classes", type=click.Choice(names))
    return answers["output"] or None


def refuse_impossible(document: dict) -> None:
    """Raise InvalidInput, in the words of the questions, for a description that answers led to and that can't be."""
    try:
        info_of(document)
    except Misdescribed as error:
        raise InvalidInput(
            "model-answers.impossible", problem=error, option=f"--{_OPTIONS.get(error.key, error.key)}"
        ) from error


def _answer(question: Question, given, stem: str, draft: ModelDraft, ask: bool):
    if given is None:
        default = None if question.default is None else question.default.format(stem=stem)
        if ask and question.asked and not (question.key == "order" and draft.channels == 1):
            given = click.prompt(question.text, type=question.type, default=default)
        else:
            given = question.type.convert(default, None, None) if default else default
    return given
