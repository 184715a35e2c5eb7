"""The parts of the explore page."""

from collections import Counter
from collections.abc import Callable

import altair as alt
import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.exploring import QUARTER_WORDS, QUARTERS, FaceCount, FaceFilter
from fers.domain.faces import Face, Source
from fers.domain.labels import Verdict
from fers.domain.people import Person
from fers.domain.studies import Study
from fers.ui.look import ACCENT
from fers.ui.result import CANT_TELL, percent, said, word
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.thumbnails import thumbnail
from fers.ui.why import offer_why_of

COLUMNS, PAGE = 4, 24
_AMONG_ANNOTATORS = "among annotators"
_DISPUTES = ("between model and person", _AMONG_ANNOTATORS)
_SOURCE_WORDS = {Source.WEBCAM: "Camera", Source.UPLOAD: "Upload", Source.IMPORT: "Imported"}


def choose_filter(sizes: dict[str, dict[str, int]]) -> FaceFilter:
    """What to look at. Nothing chosen means everything. `sizes`: of the groups to choose from."""
    groups = [(about, answer) for about, people in sizes.items() for answer in people]
    with st.expander("Filter", icon=":material/filter_list:"):
        labels = st.pills("Their people said", [*Emotion, CANT_TELL], format_func=said, selection_mode="multi")
        sources = st.pills("Taken with", list(Source), format_func=_SOURCE_WORDS.get, selection_mode="multi")
        confidence = _quarters("How confident the model is")
        agreement = _quarters("How far annotators agree")
        group = None
        if groups:
            told = "Their people say about themselves"
            group = st.selectbox(told, groups, None, format_func=": ".join, placeholder="Anything, or nothing")
        disputed = st.segmented_control("The model says", ["the same", "something else"])
        left, right = st.columns(2)
        since = left.date_input("From the week of", None)
        until = right.date_input("To the week of", None)
    return FaceFilter(
        labels=frozenset(None if label == CANT_TELL else label for label in labels),
        sources=frozenset(sources),
        confidence=confidence,
        agreement=agreement,
        group=group,
        disputed=None if disputed is None else disputed == "something else",
        since=since,
        until=until,
    )


def freeze_these(wanted: FaceFilter) -> None:
    """Take what is chosen to where versions are frozen."""
    help = "Self-descriptions are nobody else's: take the group out of the filter first." if wanted.group else None
    if st.button("Freeze these faces", icon=":material/ac_unit:", disabled=bool(wanted.group), help=help):
        state().to_freeze = wanted
        st.switch_page("pages/datasets.py")


def newest_grid(actor: Person, study: Study, wanted: FaceFilter) -> None:
    def page(after: Face | None) -> list[Face]:
        return platform().explore.newest(actor, study.id, wanted, PAGE, after)

    _grid(actor, f"newest {study.id} {wanted}", page)


def disputed_grid(actor: Person, study: Study) -> None:
    between = st.segmented_control("Disputed", _DISPUTES, default=_DISPUTES[0], required=True)
    st.caption("Filters don't apply here.")
    if between == _AMONG_ANNOTATORS:
        _least_agreed_grid(actor, study)
    else:
        _most_disputed_grid(actor, study)


def _least_agreed_grid(actor: Person, study: Study) -> None:
    def page(after: Face | None) -> list[Face]:
        return platform().explore.least_agreed(actor, study.id, PAGE, after)

    def votes(face: Face) -> str:
        votes = platform().agreement.votes(actor, study.id, face.id).most_common()
        return ", ".join(f"{_vote_words(vote)} {count}" for vote, count in votes)

    _grid(actor, f"least agreed {study.id}", page, votes)


def _most_disputed_grid(actor: Person, study: Study) -> None:
    """Where the model is surest of something else than the person said."""
    label = st.pills("Their people said", list(Emotion), format_func=said, key="disputed-label")

    def page(after: Face | None) -> list[Face]:
        return platform().explore.most_disputed(actor, study.id, label, PAGE, after)

    _grid(actor, f"disputed {study.id} {label}", page)


def balance(counts: list[FaceCount]) -> None:
    """How many faces each class has."""
    by_label = Counter()
    for count in counts:
        by_label[said(count.label)] += count.count
    order = [said(label) for label in [*Emotion, CANT_TELL]]
    rows = [{"Expression": label, "Faces": by_label[label]} for label in order]
    bars = alt.Chart(alt.Data(values=rows)).mark_bar(color=ACCENT, cornerRadiusEnd=4)
    st.subheader("Balance", anchor=False)
    st.altair_chart(
        bars.encode(x=alt.X("Faces:Q", title=None), y=alt.Y("Expression:N", sort=order, title=None)), width="stretch"
    )


def agreement(shares: dict[int, int]) -> None:
    """How many faces' annotators agree how far."""
    st.subheader("Agreement", anchor=False)
    if not any(shares.values()):
        st.caption("No annotator has labelled these faces yet.")
        return
    order = [_quarter_word(quarter) for quarter in shares]
    rows = [{"Agreement": _quarter_word(quarter), "Faces": count} for quarter, count in shares.items()]
    bars = alt.Chart(alt.Data(values=rows)).mark_bar(color=ACCENT, cornerRadiusEnd=4)
    st.altair_chart(
        bars.encode(x=alt.X("Faces:Q", title=None), y=alt.Y("Agreement:N", sort=order, title=None)), width="stretch"
    )
    st.caption("Of the pairs of annotators who labelled a face, the share that says the same.")


def people_by_group(sizes: dict[str, dict[str, int]]) -> None:
    """How many people say that they are in which group."""
    rows = [
        {"About": about, "Group": group, "People": people}
        for about, groups in sizes.items()
        for group, people in groups.items()
    ]
    if not rows:
        return
    st.subheader("Who gave them", anchor=False)
    bars = alt.Chart(alt.Data(values=rows)).mark_bar(color=ACCENT, cornerRadiusEnd=4)
    y = alt.Y("Group:N", sort=None, title=None)
    st.altair_chart(bars.encode(x=alt.X("People:Q", title=None, axis=alt.Axis(tickMinStep=1)), y=y), width="stretch")
    st.caption("People who chose to say so, in the whole study. Groups of fewer than five are not shown.")


def growth(counts: list[FaceCount]) -> None:
    """How many faces there were at the end of each week."""
    by_week = Counter()
    for count in counts:
        by_week[count.week] += count.count
    rows, total = [], 0
    for week in sorted(by_week):
        total += by_week[week]
        rows.append({"Week of": week.isoformat(), "Faces": total})
    line = alt.Chart(alt.Data(values=rows)).mark_area(color=ACCENT, opacity=0.35, line={"color": ACCENT}, point=True)
    st.subheader("Growth", anchor=False)
    st.altair_chart(line.encode(x=alt.X("Week of:T", title=None), y=alt.Y("Faces:Q", title=None)), width="stretch")


def _guess(face: Face) -> str:
    guess, confidence = face.prediction.top(1)[0]
    return f"Guess: {word(guess)} {percent(confidence)}"


def _grid(
    actor: Person,
    shown: str,
    page: Callable[[Face | None], list[Face]],
    tell: Callable[[Face], str] = _guess,
) -> None:
    """A page of faces, each with what there is to `tell`, and the way to the next. `shown` names what is gone through:
    another one begins anew."""
    after = state().explored.get(shown)
    faces = page(after)
    if not faces:
        st.caption("There are none.")
    columns = st.columns(COLUMNS)
    for number, face in enumerate(faces):
        with columns[number % COLUMNS]:
            _show(actor, face, tell(face))
    with st.container(horizontal=True):
        if after is not None and st.button("Back to the first", key=f"first {shown}"):
            state().explored = {}
            st.rerun()
        if len(faces) == PAGE and st.button("More", key=f"more {shown}", type="primary"):
            state().explored = {shown: faces[-1]}
            st.rerun()


def _show(actor: Person, face: Face, told: str) -> None:
    # Nobody asked the people in imported photos.
    label = "Imported" if face.source is Source.IMPORT else said(face.answer.label)
    with st.container(border=True):
        thumbnail(actor, face.id, f"A face, labelled {label}")
        st.markdown(f"**{label}**")
        st.caption(told)
        offer_why_of(actor, face.id)


def _vote_words(vote: Emotion | Verdict) -> str:
    return word(vote) if isinstance(vote, Emotion) else vote.capitalize()


def _quarter_word(quarter: int) -> str:
    return QUARTER_WORDS[quarter].capitalize()


def _quarters(question: str) -> frozenset[int]:
    return frozenset(st.pills(question, QUARTERS, format_func=_quarter_word, selection_mode="multi"))
