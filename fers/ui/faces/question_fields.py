"""A study's own questions as fields of a form: the same for participants and in the owner's preview."""

import streamlit as st

from fers.domain.questions import Choice, Likert, Number, Outcome, Question, Reply, ShortText, Value, plain
from fers.ui.languages import _, ngettext
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
    return st.checkbox(_("What I wrote here may be included in dataset versions."), before, key=f"{key}-shared")


def _explain(question: Question, reply: Reply) -> None:
    tries = question.check.tries - reply.tries if question.check else 0
    told = [
        "**" + _("That's not right yet.") + "**",
        as_typed(question.words.explanation or ""),
        _("Please answer again."),
        ngettext("This is your last try.", "You have {count} tries left.", tries),
    ]
    st.warning(" ".join(filter(None, told)), icon=":material/lightbulb:")


def label(question: Question) -> str:
    """What is asked, on one line, and whether it may be left out."""
    asked = as_typed(question.words.text)
    return _("{question} (optional)", question=asked) if question.optional else asked


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
    with st.container(gap="xsmall"):
        st.markdown(f":small[{label(question)}]")
        st.caption(_("Choose all that apply."))
        ticked = {
            number: st.checkbox(as_typed(option), number in chosen, key=f"{key}-{number}")
            for number, option in enumerate(question.words.options, start=1)
        }
    return tuple(number for number, is_ticked in ticked.items() if is_ticked)


def _point(question: Question, kind: Likert, key: str, before: object) -> Value:
    points = range(1, kind.points + 1)
    words = question.words
    ends = [(1, words.low), (kind.points, words.high)]
    told = " · ".join(f"{point}: {as_typed(end)}" for point, end in ends if end)
    with st.container(gap="xxsmall", key=f"scale-{key}"):
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
        format="%d" if kind.whole else "%g",
        placeholder=_range(kind),
        key=key,
    )


def _range(kind: Number) -> str:
    if kind.least is not None and kind.most is not None:
        return _("{least} to {most}", least=plain(kind.least), most=plain(kind.most))
    if kind.least is not None:
        return _("{least} or more", least=plain(kind.least))
    return _("{most} or less", most=plain(kind.most)) if kind.most is not None else _("A number")


def _text(question: Question, kind: ShortText, key: str, before: object) -> Value:
    """What is too long is said in our own words, too: a limit of Streamlit's would drop it as it is pasted."""
    with st.container(gap="xxsmall"):
        written = st.text_area(
            label(question),
            before if isinstance(before, str) else "",
            placeholder=ngettext("{count} character at most", "{count} characters at most", kind.longest),
            height=100 if kind.longest > 100 else 68,
            key=key,
        )
        st.caption(_("Please write nothing that tells who you are."))
    return written
