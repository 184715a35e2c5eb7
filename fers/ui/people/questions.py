"""The study page's part about its own questions: how they are answered, and they themselves, to be changed and seen."""

import re
from dataclasses import replace

import streamlit as st

from fers.domain.people import Person
from fers.domain.protocols import Task
from fers.domain.question_rules import (
    LIKERT_POINTS,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_TRIES,
    is_name,
)
from fers.domain.questions import (
    Check,
    CheckKind,
    Choice,
    Kind,
    Likert,
    Moment,
    Number,
    Question,
    ShortText,
    Words,
    pages,
)
from fers.domain.studies import Study
from fers.ui import guard
from fers.ui.faces import question_fields
from fers.ui.faces.tasks import task_words
from fers.ui.in_hand import Asked
from fers.ui.people.saving import save
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.words import as_typed

_KINDS: dict[str, Kind] = {
    "One answer": Choice(),
    "Several answers": Choice(several=True),
    "Scale": Likert(),
    "Number": Number(),
    "Short text": ShortText(),
}
_WHEN = {
    Moment.BEFORE: "Before the first photo",
    Moment.AFTER_PHOTO: "After each photo",
    Moment.AFTER: "At the end",
}
_HEADINGS = _WHEN | {Moment.AFTER_TASK: "After a task"}
_CHECKS = {
    None: "Nothing: they go on, whatever they answer",
    CheckKind.COMPREHENSION: "Comprehension check: a wrong answer is explained, and asked for again",
    CheckKind.ATTENTION: "Attention check: one wrong answer ends it",
}
_SCREENED = "Whoever chooses one is thanked, and the study ends there for them."
_TRIES = 2
_EARLIEST_WORDS = 4
"""Of a question, that its name in the data is made of."""


def show(actor: Person, study: Study) -> None:
    """The editor and the preview, and what was answered so far."""
    _edit(study.id)
    if study.questions:
        _tell_counts(actor, study)


@st.fragment
@guard.for_whoever_is_here
def _edit(actor: Person, study_id: str) -> None:
    study = platform().studies.get(actor, study_id)
    st.header("Questions", anchor=False)
    st.write(
        "Ask participants something of your own: before the first photo, after photos, or at the end. Whoever keeps no "
        "photos is asked nothing, as nothing of theirs is kept."
    )
    asked = _asked(study)
    questions = tuple(_row(study, asked, number) for number in list(asked.rows))
    with st.container(horizontal=True):
        st.button("Add a question", icon=":material/add:", key="add-question", on_click=_add)
    if questions == asked.seen.questions != study.questions:
        asked.is_over = True
        st.rerun()
    if not questions and not study.questions:
        return
    pressed = st.button("Save questions", type="primary", width="stretch")
    if pressed and save(actor, replace(asked.seen, questions=questions), asked):
        state().asked = None
        st.rerun()
    if questions != asked.seen.questions:
        st.caption("Not saved yet.")
    if questions and st.toggle("Preview", key=f"preview-{study.id}", help="What participants see."):
        _preview(questions)


def _tell_counts(actor: Person, study: Study) -> None:
    counts = platform().questions.counts(actor, study.id)
    if not any(count.replies + count.left_out for count in counts):
        return
    st.header("Answers so far", anchor=False)
    rows = [
        {
            "Question": one.question.words.text,
            "Answered": one.replies,
            "Left out": one.left_out,
            "Ended here": one.ended,
        }
        for one in counts
    ]
    st.dataframe(rows, hide_index=True)
    st.caption("In today's words. What was answered before you changed a question is in dataset versions.")


def _asked(study: Study) -> Asked:
    """The questions as they are being changed; begun anew where others were saved meanwhile, and none is changed."""
    asked = state().asked
    if asked is None or asked.is_over or asked.seen.id != study.id:
        added = asked.added if asked else 0  # Widgets of rows that are gone are not those of new ones.
        asked = state().asked = Asked(study, added=added)
        for question in study.questions:
            asked.add(question)
    return asked


def _add() -> None:
    if asked := state().asked:
        asked.add(Question("", Words(""), Choice()))


def _row(study: Study, asked: Asked, number: int) -> Question:
    """One question. It is remembered as it is now, for fields that begin anew when another one changes."""
    saved, now, key = asked.rows[number], asked.now[number], f"question-{study.id}-{number}"
    is_new = not saved.words.text
    with st.expander(_title(asked, number), expanded=is_new, key=f"{key}-row"):
        text = st.text_area("Question", saved.words.text, height="content", key=f"{key}-text").strip()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind, words = _kind(saved, key), replace(saved.words, text=text)
            moment, after_task = _when(study, saved, key)
        kind, words = _details(kind, saved, now, words, key)
        decides = isinstance(kind, Choice) and bool(kind.check or kind.screens_out)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            optional = (
                st.toggle("May be left out", saved.optional, disabled=decides, key=f"{key}-optional") and not decides
            )
            name = _name(asked, number, saved, text, key)
            _offer_to_move(number, key)
    question = Question(name, words, kind, moment, after_task, optional)
    asked.now[number] = question
    return question


def _title(asked: Asked, number: int) -> str:
    """As it was saved: another title would close the question under whoever types."""
    saved, place = asked.rows[number], list(asked.rows).index(number) + 1
    if not saved.words.text:
        return f"{place}. New question"
    return f"{place}. {as_typed(saved.words.text)} · {_HEADINGS[saved.moment]}"


def _kind(saved: Question, key: str) -> Kind:
    names = list(_KINDS)
    saved_as = next(name for name, kind in _KINDS.items() if _is_like(kind, saved.kind))
    chosen = st.selectbox("Answered by", names, names.index(saved_as), key=f"{key}-kind")
    return saved.kind if chosen == saved_as else _KINDS[chosen]


def _is_like(one: Kind, other: Kind) -> bool:
    return type(one) is type(other) and getattr(one, "several", None) == getattr(other, "several", None)


def _when(study: Study, saved: Question, key: str) -> tuple[Moment, str | None]:
    tasks: dict[str, Task] = {task.id: task for task in study.protocol.tasks}
    choices = [(moment, None) for moment in _WHEN] + [(Moment.AFTER_TASK, task_id) for task_id in tasks]
    current = (saved.moment, saved.after_task)
    if current not in choices:
        choices.append(current)

    def told(choice: tuple[Moment, str | None]) -> str:
        moment, task_id = choice
        if moment in _WHEN:
            return _WHEN[moment]
        return f"After the task {task_words(tasks[task_id])}" if task_id in tasks else "After a task that is gone"

    return st.selectbox("Asked", choices, choices.index(current), format_func=told, key=f"{key}-when")


def _details(kind: Kind, saved: Question, now: Question, words: Words, key: str) -> tuple[Kind, Words]:
    """What only this kind of question has; words of another kind are left behind."""
    plain = Words(words.text)
    match kind:
        case Choice():
            return _choice(kind, saved, now, plain, key)
        case Likert(points=points):
            with st.container(horizontal=True):
                points = st.number_input("Points", *LIKERT_POINTS, points, key=f"{key}-points", width=110)
                low = st.text_input("1 means", saved.words.low, key=f"{key}-low")
                high = st.text_input("The last means", saved.words.high, key=f"{key}-high")
            return Likert(int(points)), replace(plain, low=low.strip(), high=high.strip())
        case Number():
            return _number(kind, key), plain
        case ShortText():
            with st.container(horizontal=True, vertical_alignment="bottom"):
                longest = st.number_input(
                    "Characters at most", 1, LONGEST_TEXT, kind.longest, key=f"{key}-longest", width=160
                )
                shared = st.toggle(
                    "Include in dataset versions",
                    kind.shared,
                    key=f"{key}-shared",
                    help="Only what its person ticks as well: a text may say who they are.",
                )
            return ShortText(int(longest), shared), plain


def _number(kind: Number, key: str) -> Number:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        least = st.number_input(
            "Least", value=kind.least, placeholder="Any", format="%g", key=f"{key}-least", width=130
        )
        most = st.number_input("Most", value=kind.most, placeholder="Any", format="%g", key=f"{key}-most", width=130)
        whole = st.toggle("Whole numbers only", kind.whole, key=f"{key}-whole")
    return Number(least, most, whole)


def _choice(kind: Choice, saved: Question, now: Question, words: Words, key: str) -> tuple[Choice, Words]:
    written = st.text_area(
        "Answers, one a line", "\n".join(saved.words.options), height="content", key=f"{key}-options"
    )
    options = tuple(line.strip() for line in written.splitlines() if line.strip())
    checks = list(_CHECKS)
    check_kind = st.selectbox(
        "What depends on it",
        checks,
        checks.index(kind.check.kind if kind.check else None),
        format_func=_CHECKS.get,
        key=f"{key}-check",
    )
    known = now.kind if isinstance(now.kind, Choice) else Choice()
    check, words = None, replace(words, options=options)
    if check_kind is not None:
        before = known.check.right if known.check else frozenset()
        right = _marked("Right answers", options, before, f"{key}-right")
        tries, words = _tries(kind, check_kind, saved, words, key)
        check = Check(check_kind, right, tries)
    screens_out = _marked("Answers that screen out", options, known.screens_out, f"{key}-out", help=_SCREENED)
    return Choice(kind.several, check, screens_out), words


def _tries(kind: Choice, check: CheckKind, saved: Question, words: Words, key: str) -> tuple[int, Words]:
    if check is CheckKind.ATTENTION:
        return 1, words
    with st.container(horizontal=True):
        before = kind.check.tries if kind.check and kind.check.kind is check else _TRIES
        tries = st.number_input("Tries", 1, MOST_TRIES, before, key=f"{key}-tries", width=110)
        explanation = st.text_input(
            "What you explain after a wrong answer",
            saved.words.explanation,
            key=f"{key}-explanation",
        )
    return int(tries), replace(words, explanation=explanation.strip())


def _marked(
    title: str, options: tuple[str, ...], before: frozenset[int], key: str, help: str | None = None
) -> frozenset[int]:
    """Some of the options, by their numbers, which stay marked when words change."""
    numbers = range(1, len(options) + 1)
    chosen = st.multiselect(
        title,
        numbers,
        sorted(before & set(numbers)),
        format_func=lambda number: options[number - 1],
        placeholder="None",
        help=help,
        key=f"{key}-{hash(options)}",
    )
    return frozenset(chosen)


def _name(asked: Asked, number: int, saved: Question, text: str, key: str) -> str:
    """What is typed, or else made of the question's first words."""
    others = {question.name for other, question in asked.now.items() if other != number}
    suggested = suggested_name(text, others)
    typed = st.text_input("Name in the data", saved.name, placeholder=suggested, key=f"{key}-name", width=220)
    return typed.strip() or suggested


def suggested_name(text: str, taken: set[str]) -> str:
    """A name in the data for a question with this text."""
    words = re.findall(r"[a-z0-9]+", text.lower())[:_EARLIEST_WORDS]
    name = "_".join(words)[: LONGEST_NAME - 3].rstrip("_")
    name = name if is_name(name) else "question"
    numbers = (name if number == 1 else f"{name}_{number}" for number in range(1, len(taken) + 2))
    return next(name for name in numbers if name not in taken)


def _offer_to_move(number: int, key: str) -> None:
    st.button("Earlier", icon=":material/arrow_upward:", key=f"{key}-up", on_click=_move, args=(number, -1))
    st.button("Later", icon=":material/arrow_downward:", key=f"{key}-down", on_click=_move, args=(number, 1))
    st.button("Remove", icon=":material/close:", key=f"{key}-out", on_click=_take_out, args=(number,))


def _move(number: int, by: int) -> None:
    if asked := state().asked:
        asked.move(number, by)


def _take_out(number: int) -> None:
    if asked := state().asked:
        asked.take_out(number)


def _preview(questions: tuple[Question, ...]) -> None:
    """Page by page, in the order in which they come."""
    for moment in Moment:
        for number, page in enumerate(pages([one for one in questions if one.moment is moment])):
            with st.form(f"preview-{moment.name}-{number}"):
                st.subheader(f"{_HEADINGS[moment]}, page {number + 1}", anchor=False)
                for question in page:
                    key = f"preview-{questions.index(question)}-{question.version}"
                    question_fields.ask(question, key)
                    question_fields.ask_to_share(question, key)
                st.form_submit_button("Continue", type="primary", width="stretch", disabled=True)
