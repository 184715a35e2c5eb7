"""A study's own questions as fields of a form: the same for participants and in the owner's preview."""

import streamlit as st

from fers.domain.questions import Choice, Likert, Number, Outcome, Question, Reply, ShortText, Value, plain
from fers.ui.words import as_typed


def ask(question: Question, key: str, reply: Reply | None = None, before: object = None) -> object:
    """Ask one question. `reply`: what was answered, of which a wrong answer is explained and asked for again; `before`:
    what was chosen and not yet sent. Returns what is chosen."""
    if reply is not None and reply.outcome is Outcome.WRONG:
        _explain(question, reply)
    elif before is None and reply is not None:
        before = reply.value
    match question.kind:
        case Choice(several=True):
            return _options(question, key, before)
        case Choice():
            return _option(question, key, before)
        case Likert():
            return _point(question, question.kind, key, before)
        case Number():
            return _number(question, question.kind, key, before)
        case ShortText():
            return _text(question, question.kind, key, before)


def ask_to_share(question: Question, key: str, before: bool = False) -> bool:
    """Whether a text may go into dataset versions, where the study would like that."""
    if not isinstance(question.kind, ShortText) or not question.kind.shared:
        return False
    return st.checkbox("What I wrote here may be included in dataset versions.", before, key=f"{key}-shared")


def _explain(question: Question, reply: Reply) -> None:
    told = f" {as_typed(question.words.explanation)}" if question.words.explanation else ""
    tries = question.check.tries - reply.tries if question.check else 0
    left = "This is your last try." if tries == 1 else f"You have {tries} tries left."
    st.warning(f"**That's not right yet.**{told} Please answer again. {left}", icon=":material/lightbulb:")


def label(question: Question) -> str:
    """What is asked, on one line, and whether it may be left out."""
    return f"{as_typed(question.words.text)}{' (optional)' if question.optional else ''}"


def _option(question: Question, key: str, before: object) -> Value:
    options = question.words.options
    index = before - 1 if isinstance(before, int) and 1 <= before <= len(options) else None
    return st.radio(
        label(question),
        range(1, len(options) + 1),
        index,
        format_func=lambda number: as_typed(options[number - 1]),
        key=key,
    )


def _options(question: Question, key: str, before: object) -> tuple[int, ...]:
    chosen = before if isinstance(before, tuple) else ()
    with st.container(gap="small"):
        st.markdown(f"{label(question)}  \n:small[Choose all that apply.]")
        ticked = {
            number: st.checkbox(as_typed(option), number in chosen, key=f"{key}-{number}")
            for number, option in enumerate(question.words.options, start=1)
        }
    return tuple(number for number, is_ticked in ticked.items() if is_ticked)


def _point(question: Question, kind: Likert, key: str, before: object) -> Value:
    points = range(1, kind.points + 1)
    words = question.words
    ends = [(1, words.low), (kind.points, words.high)]
    told = ", ".join(f"{point}: {as_typed(end)}" for point, end in ends if end)
    chosen = st.segmented_control(
        label(question), points, default=before if before in points else None, key=key, width="stretch"
    )
    if told:
        st.caption(told)
    return chosen


def _number(question: Question, kind: Number, key: str, before: object) -> Value:
    """What is too large or small is said in our own words, once it is sent."""
    is_number = isinstance(before, int | float) and not isinstance(before, bool)
    return st.number_input(
        label(question),
        value=(int(before) if kind.whole else float(before)) if is_number else None,
        step=1 if kind.whole else None,
        placeholder=_range(kind),
        key=key,
    )


def _range(kind: Number) -> str:
    if kind.least is not None and kind.most is not None:
        return f"{plain(kind.least)} to {plain(kind.most)}"
    if kind.least is not None:
        return f"{plain(kind.least)} or more"
    return f"{plain(kind.most)} or less" if kind.most is not None else "A number"


def _text(question: Question, kind: ShortText, key: str, before: object) -> Value:
    written = st.text_area(
        label(question),
        before if isinstance(before, str) else "",
        max_chars=kind.longest,
        height=100 if kind.longest > 100 else 68,
        key=key,
    )
    st.caption("Please write nothing that tells who you are.")
    return written
