"""The parts of the explore page."""

from collections import Counter
from collections.abc import Callable

import altair as alt
import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceCount, FaceFilter, Found
from fers.domain.labels import Verdict
from fers.domain.people import Person
from fers.domain.studies import Study
from fers.ui.faces.face_filter import quarter_word
from fers.ui.faces.one_face import class_word, label_source
from fers.ui.faces.result import word
from fers.ui.faces.thumbnails import linked_thumbnail
from fers.ui.languages import percent
from fers.ui.look import ACCENT
from fers.ui.services import platform
from fers.ui.state import state

PAGE, CARD_PIXELS = 36, 136
_AMONG_ANNOTATORS = "among annotators"
_DISPUTES = ("between model and people", _AMONG_ANNOTATORS)
_WHOLE_NUMBERS = alt.Axis(tickMinStep=1)


def freeze_these(wanted: FaceFilter) -> None:
    """Take what is chosen to where versions are frozen."""
    reason = "Versions can't be frozen by self-description: take the group out of the filter first."
    help = reason if wanted.group else None
    if st.button("Freeze these faces", icon=":material/ac_unit:", disabled=bool(wanted.group), help=help):
        state().to_freeze = wanted
        st.switch_page("pages/datasets.py")


def newest_grid(actor: Person, study: Study, wanted: FaceFilter) -> None:
    def page(after: Found | None) -> list[Found]:
        return platform().explore.newest(actor, study.id, wanted, PAGE, after)

    st.caption("Each face with its class, and who says so.")
    _grid(actor, f"newest {study.id} {wanted}", page)


def disputed_grid(actor: Person, study: Study) -> None:
    between = st.segmented_control("Disputed", _DISPUTES, default=_DISPUTES[0], required=True)
    st.caption("Filters don't apply here.")
    if between == _AMONG_ANNOTATORS:
        _least_agreed_grid(actor, study)
    else:
        _most_disputed_grid(actor, study)


def _least_agreed_grid(actor: Person, study: Study) -> None:
    def page(after: Found | None) -> list[Found]:
        return platform().explore.least_agreed(actor, study.id, PAGE, after)

    def votes(found: Found) -> str:
        votes = platform().agreement.votes(actor, study.id, found.face.id).most_common()
        return ", ".join(f"{_vote_words(vote)} {count}" for vote, count in votes)

    _grid(actor, f"least agreed {study.id}", page, votes)


def _most_disputed_grid(actor: Person, study: Study) -> None:
    """Where the model is surest of something else than the class."""
    label = st.pills("Class", list(Emotion), format_func=class_word, key="disputed-label")

    def page(after: Found | None) -> list[Found]:
        return platform().explore.most_disputed(actor, study.id, label, PAGE, after)

    _grid(actor, f"disputed {study.id} {label}", page)


def balance(counts: list[FaceCount]) -> None:
    """How many faces each class has."""
    by_label = Counter()
    for count in counts:
        by_label[class_word(count.label)] += count.count
    order = [class_word(label) for label in [*Emotion, None]]
    st.header("Class balance", anchor=False)
    _bars([{"Class": label, "Faces": by_label[label]} for label in order])


def agreement(shares: dict[int, int]) -> None:
    """How many faces' annotators agree how far."""
    st.header("Inter-rater agreement", anchor=False)
    if not any(shares.values()):
        st.caption("None of these faces has been labelled by two annotators yet.")
        return
    _bars([{"Agreement": quarter_word(quarter), "Faces": count} for quarter, count in shares.items()])
    st.caption("For each face, the share of annotator pairs who gave it the same label.")


def people_by_group(sizes: dict[str, dict[str, int]]) -> None:
    """How many people say that they are in which group."""
    rows = [{"Group": group, "People": people} for groups in sizes.values() for group, people in groups.items()]
    if not rows:
        return
    st.header("Participants", anchor=False)
    _bars(rows)
    st.caption("Those in the whole study who chose to describe themselves. Groups of fewer than five are not shown.")


def growth(counts: list[FaceCount]) -> None:
    """How many faces there were at the end of each week."""
    by_week = Counter()
    for count in counts:
        by_week[count.week] += count.count
    rows, total = [], 0
    for week in sorted(by_week):
        total += by_week[week]
        rows.append({"Week of": week.isoformat(), "Faces": total})
    own_colour = {"color": ACCENT}
    area = alt.Chart(alt.Data(values=rows)).mark_area(opacity=0.35, line=own_colour, point=own_colour, **own_colour)
    x = alt.X("Week of:T", title=None, axis=alt.Axis(format="%d %b %Y", labelOverlap=True))
    st.header("Growth", anchor=False)
    st.altair_chart(area.encode(x=x, y=alt.Y("Faces:Q", title=None, axis=_WHOLE_NUMBERS)), width="stretch")


def _bars(rows: list[dict]) -> None:
    """A bar a row, in their order: the first of its values names it, the second is its length."""
    name, number = rows[0]
    bars = alt.Chart(alt.Data(values=rows)).mark_bar(color=ACCENT, cornerRadiusEnd=4)
    x = alt.X(f"{number}:Q", title=None, axis=_WHOLE_NUMBERS)
    st.altair_chart(bars.encode(x=x, y=alt.Y(f"{name}:N", sort=None, title=None)), width="stretch")


def _guess(found: Found) -> str:
    guess, confidence = found.face.prediction.top(1)[0]
    return f"Guess: {word(guess)} {percent(confidence)}"


def _grid(
    actor: Person,
    shown: str,
    page: Callable[[Found | None], list[Found]],
    tell: Callable[[Found], str] = _guess,
) -> None:
    """A page of faces, each with what there is to `tell`, and the way to the next. `shown` names what is gone through:
    another one begins anew."""
    after = state().explored.get(shown)
    found = page(after)
    if not found:
        st.caption("No faces here.")
    cells = st.container(horizontal=True)
    for one in found:
        with cells.container(width=CARD_PIXELS, gap="xxsmall"):
            _show(actor, one, tell(one))
    with st.container(horizontal=True):
        if after is not None and st.button("Back to the start", key=f"first {shown}"):
            state().explored = {}
            st.rerun()
        if len(found) == PAGE and st.button("More", key=f"more {shown}", type="primary"):
            state().explored = {shown: found[-1]}
            st.rerun()


def _show(actor: Person, found: Found, detail: str) -> None:
    label = class_word(found.label)
    linked_thumbnail(actor, found.face.id, f"**{label}**", f"A face, class: {label}")
    st.caption(f"{label_source(found)}  \n{detail}")


def _vote_words(vote: Emotion | Verdict) -> str:
    return word(vote) if isinstance(vote, Emotion) else vote.capitalize()
