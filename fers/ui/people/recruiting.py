"""The study page's part about panels: their link, the ways back to them, and the list of participants."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

import streamlit as st

from fers.domain.people import Person
from fers.domain.recruiting import Exit, Participation, Recruiting, Status
from fers.domain.studies import Study
from fers.services.people.participations import as_csv, as_table
from fers.services.people.recruiting import STUDY_PARAMETER
from fers.ui.confirming import confirmed
from fers.ui.people.saving import form, save
from fers.ui.people.studies import address
from fers.ui.services import platform


@dataclass(frozen=True)
class Panel:
    name: str
    parameter: str
    """What it calls its id."""
    query: str
    """What its owner puts into the link, for the panel to fill in; "": it adds its id by itself."""
    way_back: str
    """What the address of its page for whoever completed the study looks like."""


_PANELS = (
    Panel(
        "Prolific",
        "PROLIFIC_PID",
        "PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}",
        "https://app.prolific.com/submissions/complete?cc=CODE",
    ),
    Panel(
        "SONA",
        "id",
        "id=%SURVEY_CODE%",
        "https://SCHOOL.sona-systems.com/webstudy_credit.aspx?experiment_id=1&credit_token=TOKEN&survey_code={id}",
    ),
    Panel(
        "CloudResearch Connect",
        "participantId",
        "",
        "https://connect.cloudresearch.com/participant/project/PROJECT/complete",
    ),
    Panel("MTurk, through CloudResearch", "workerId", "", ""),
)
_OTHER = Panel("Another panel", "", "", "")
_ENDINGS = {
    "completed": ("Completed", "They did all their tasks, or said that they are done."),
    "declined": ("Declined", "They would rather not take part, or withdrew everything."),
    "screened_out": ("Screened out", "The study is not for them, or it is full or closed."),
    "failed_check": ("Failed a check", "They answered a check question wrong."),
}
_GONE = (Status.DECLINED, Status.WITHDREW)
_COLUMNS = {
    "panel_id": "Panel id",
    "status": "Status",
    "came_at": "Came (UTC)",
    "consented_at": "Consented",
    "completed_at": "Completed",
    "status_since": "Status since",
    "tasks_done": "Done",
    "tasks_skipped": "Skipped",
    "photos_kept": "Photos kept",
}
_ERASE_ALL = (
    "Download the list first if you have yet to pay anybody. All panel ids are erased, for good. The photos stay, and "
    "nobody can tell any more which panel id gave them. Whoever opens the panel's link again begins anew."
)
_WITHDRAW = (
    "For somebody who asked you by way of the panel. Their photos, answers and account will be deleted at once, for "
    "good, as if they had withdrawn themselves. The panel id stays on the list, as withdrawn."
)
_ERASE_ONE = (
    "This panel id is erased, for good. The photos stay, and nobody can tell any more that this id gave them. Whoever "
    "opens the panel's link with it again begins anew."
)


def show(actor: Person, study: Study) -> None:
    """The link and the ways back to be changed, and the list."""
    _edit(actor, study)
    everybody = platform().participations.of_study(actor, study.id)
    if study.recruiting.is_on or everybody:
        _list(actor, study, everybody)


def _edit(actor: Person, study: Study) -> None:
    st.header("Link for a panel", anchor=False)
    st.write(
        "People from Prolific, SONA, MTurk or another panel come by a link of their own: no account, no code to note, "
        "and a way back at the end."
    )
    fields = form("recruiting", study)
    study = fields.seen
    panel = _choose_panel(study)
    recruiting = replace(study.recruiting, parameter="")
    if panel is not None:
        recruiting = _choose_ways_back(study, panel, replace(recruiting, parameter=_name_parameter(study, panel)))
    elif study.recruiting.is_on:
        st.caption(
            "Without a panel, the link lets nobody in, and whoever is on their way finds no way back at the end."
        )
    if st.button("Save", type="primary", width="stretch", key=_key(study, "save")):
        save(actor, replace(study, recruiting=recruiting), fields)
    elif recruiting != study.recruiting:
        st.caption("Not saved yet.")


def _choose_panel(study: Study) -> Panel | None:
    choices = [None, *_PANELS, _OTHER]
    saved = next((panel for panel in _PANELS if panel.parameter == study.recruiting.parameter), _OTHER)
    return st.selectbox(
        "Panel",
        choices,
        choices.index(saved if study.recruiting.is_on else None),
        format_func=lambda panel: panel.name if panel else "None",
        key=_key(study, "panel"),
    )


def _name_parameter(study: Study, panel: Panel) -> str:
    parameter = panel.parameter
    if panel is _OTHER:
        saved = study.recruiting.parameter
        parameter = st.text_input(
            "What the panel's id is called in the link", saved, key=_key(study, "parameter"), placeholder="participant"
        ).strip()
    query = panel.query or (f"{parameter}=" if panel is _OTHER else "")
    link = f"{address()}/join?{STUDY_PARAMETER}={quote(study.join_code.strip(), safe='')}"
    st.write("Give this link to the panel as the address of your study:")
    st.code(f"{link}&{query}" if query else link, language=None, wrap_lines=True)
    if panel is _OTHER:
        st.caption("Behind it goes whatever the panel replaces with its id for each person.")
    elif not panel.query:
        st.caption(f"{panel.name} adds `{parameter}`, its id for each person, by itself.")
    return parameter


def _choose_ways_back(study: Study, panel: Panel, recruiting: Recruiting) -> Recruiting:
    st.header("Ways back", anchor=False)
    st.write(
        "At the end people get a button with your link, a code to copy, or both. Where the panel wants its id in the "
        "link, write `{id}`."
    )
    ways = {name: _choose_exit(study, name, panel) for name in _ENDINGS}
    return replace(recruiting, **ways)


def _choose_exit(study: Study, name: str, panel: Panel) -> Exit:
    saved: Exit = getattr(study.recruiting, name)
    title, when = _ENDINGS[name]
    link, code = st.columns([3, 1])
    return Exit(
        link.text_input(
            f"{title}: link",
            saved.url,
            placeholder=(name == "completed" and panel.way_back) or "https://",
            help=when,
            key=_key(study, f"{name}-url"),
        ).strip(),
        code.text_input(f"{title}: code", saved.code, key=_key(study, f"{name}-code")).strip(),
    )


def _list(actor: Person, study: Study, everybody: list[Participation]) -> None:
    st.header("Participants from the panel", anchor=False)
    if not everybody:
        st.caption("Nobody has come yet.")
        return
    counted = Counter(one.status for one in everybody)
    st.write(", ".join(f"{counted[status]:,} {status}" for status in Status if counted[status]))
    rows = [{_COLUMNS[name]: cell for name, cell in row.items()} for row in as_table(everybody)]
    st.dataframe(rows, hide_index=True, width="stretch")
    st.caption(
        "Whoever completed the study and then withdrew is to be paid all the same: the column “Completed” says when. "
        "Nothing here leads to anybody's photos."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Download as CSV",
            as_csv(everybody),
            "participants.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
        erase, about = partial(platform().participations.erase_all, actor, study.id), f"panel-ids-of-{study.id}"
        if confirmed("Erase all", _ERASE_ALL, "Erase all", erase, about=about, icon=":material/delete:"):
            st.rerun()
    _look_after_one(actor, study, everybody)


def _look_after_one(actor: Person, study: Study, everybody: list[Participation]) -> None:
    ids = {one.panel_id: one for one in everybody}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("One of them", list(ids), None, placeholder="A panel id", key=_key(study, "one"))
        if chosen not in ids:
            return
        own, one = platform().participations, ids[chosen]
        withdraw = partial(own.withdraw_for, actor, study.id, one.id)
        erase = partial(own.erase, actor, study.id, one.id)
        yes = "Delete everything they gave"
        if one.status not in _GONE and confirmed("Withdraw for them", _WITHDRAW, yes, withdraw, about=f"for-{one.id}"):
            st.rerun()
        if confirmed("Erase the id", _ERASE_ONE, "Erase this one", erase, about=f"panel-id-{one.id}"):
            st.rerun()


def _key(study: Study, field: str) -> str:
    return f"recruiting-{study.id}-{field}"
