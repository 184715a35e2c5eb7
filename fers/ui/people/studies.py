"""The parts of the study page."""

from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import streamlit as st

from fers.domain.own_words import as_read_in
from fers.domain.people import Person, Role
from fers.domain.permissions import Action, allowed
from fers.domain.review import QueueOrder
from fers.domain.studies import Study
from fers.languages import LANGUAGES, ORIGINAL
from fers.services.people.invitations import LONGEST_DAYS, MOST_USES
from fers.services.people.members import Member
from fers.services.people.studies import LONGEST_RETENTION_DAYS, MOST_ANNOTATORS
from fers.ui import guard
from fers.ui.confirming import confirmed
from fers.ui.in_hand import ShownOnce
from fers.ui.labelling.guide import write_guide
from fers.ui.languages import _, language, moment
from fers.ui.people.saving import again, form, save
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.words import as_typed

LOG_LINES = 200
_REVOKED = "Nobody else will be able to join with this invitation. Whoever has joined stays."
_ORDER_WORDS = {
    QueueOrder.OLDEST: "The oldest",
    QueueOrder.UNCERTAIN: "Those the machine is least sure of",
    QueueOrder.DISAGREED: "Those annotators agree on least",
    QueueOrder.RARE: "Those with rare expressions",
    QueueOrder.RANDOM: "Any, at random",
}


def choose_study(actor: Person) -> None:
    """Let somebody with several studies say which one they work in."""
    studies, current = platform().studies.mine(actor), platform().studies.current(actor).id
    names = {study.id: as_read_in(study, language()).name for study in studies}
    names |= {study.id: _("{study} (closed)", study=names[study.id]) for study in studies if not study.open}
    if len(names) < 2 or current not in names:
        return
    ids = list(names)
    chosen = st.selectbox(_("Study"), ids, ids.index(current), format_func=names.get, key=f"study-{current}")
    if chosen != current:
        platform().studies.enter(actor, chosen)
        st.rerun()


def make_study(actor: Person) -> None:
    studies = len(platform().studies.mine(actor))  # Once one was made, the form for it closes.
    with st.popover("New study", icon=":material/add:", key=f"new-study-{studies}"), st.form("new-study", border=False):
        name = st.text_input("Name of the study")
        st.caption("It starts closed: describe it, then open it under “Opening”.")
        if st.form_submit_button("Create it", type="primary", width="stretch"):
            with guard.explaining():
                study = platform().studies.create(actor, name)
                platform().studies.enter(actor, study.id)
                st.rerun()


def describe(actor: Person, study: Study) -> None:
    """The study's particulars, to be changed."""
    st.write("Participants read this before they take part. If you change what it tells them, they are asked again.")
    fields = form("describe", study)
    study = fields.seen
    with st.form(f"describe-{study.id}"):
        left, right = st.columns(2, gap="medium")
        with left:
            changed = _particulars(study)
        with right:
            changed = _labelling(changed)
        changed = replace(
            changed,
            purpose_confirmed=st.checkbox(
                "I confirm that this study does not infer the emotions of people at work or in education, which the "
                "EU AI Act (Art. 5(1)(f)) forbids.",
                study.purpose_confirmed,
                key=_key(study, "purpose-confirmed"),
            ),
        )
        pressed = st.form_submit_button("Save", type="primary", width="stretch")
    if pressed:
        save(actor, changed, fields)


def _key(study: Study, field: str) -> str:
    """Of the widget for a field. Without one, Streamlit takes a widget that begins with what was just saved for another
    one, and what is typed next would be lost."""
    return f"study-{study.id}{again()}-{field}"


def _particulars(study: Study) -> Study:
    return replace(
        study,
        name=st.text_input("Name", study.name, key=_key(study, "name")),
        purpose=st.text_area("What the photos are for", study.purpose, key=_key(study, "purpose")),
        owner=st.text_input("Who runs it", study.owner, key=_key(study, "owner")),
        contact=st.text_input("How to reach them", study.contact, key=_key(study, "contact")),
        ethics_approval=st.text_input(
            "Number of the ethics approval",
            study.ethics_approval,
            key=_key(study, "ethics-approval"),
        ),
        no_ethics_because=st.text_input(
            "Or: no approval is needed, because …",
            study.no_ethics_because,
            key=_key(study, "no-ethics"),
        ),
        consent_words=st.text_area(
            "What else participants should know before they agree",
            study.consent_words,
            key=_key(study, "consent-words"),
            height="content",
            help="Whatever your ethics board wants said, in Markdown. It is added to the end of the text that "
            "participants agree to.",
        ),
        language=st.selectbox(
            "Language you write in",
            list(LANGUAGES),
            list(LANGUAGES).index(study.language),
            format_func=LANGUAGES.get,
            key=_key(study, "language"),
            help="Of the name, the purpose, and all else that you write for participants and annotators. To say it in "
            "other languages too, open “The study as a file” below.",
        ),
        checked_languages=tuple(
            st.multiselect(
                "Languages whose texts you have checked",
                [code for code in LANGUAGES if code != ORIGINAL],
                list(study.checked_languages),
                format_func=LANGUAGES.get,
                key=_key(study, "checked-languages"),
                help="Participants can read the consent and all pages in these languages. A machine translated them: "
                "people are told so under the consent, until you say that you have read it.",
            )
        ),
        retention_days=st.number_input(
            "Days a photo is kept", 1, LONGEST_RETENTION_DAYS, study.retention_days, key=_key(study, "retention")
        ),
        crop_only=st.toggle(
            "Keep only the face",
            study.crop_only,
            key=_key(study, "crop-only"),
            help="Photos are cropped to the box around the face before they are stored, so that nobody else in the "
            "picture is kept. Photos given earlier stay as they are.",
        ),
        join_code=st.text_input(
            "Study code",
            study.join_code,
            key=_key(study, "join-code"),
            help="Lets people join without an e-mail address.",
        ),
    )


def _labelling(study: Study) -> Study:
    ask_first = st.slider(
        "Participants asked before seeing the guess",
        0,
        100,
        round(study.ask_first_share * 100),
        format="%d%%",
        key=_key(study, "ask-first"),
        help="Seeing the guess sways people. Each new participant is assigned at random, once, when they join.",
    )
    return replace(
        study,
        ask_first_share=ask_first / 100,
        participants_label=st.toggle(
            "Participants say which expression it is", study.participants_label, key=_key(study, "label")
        ),
        asks_groups=st.toggle(
            "Participants may describe themselves",
            study.asks_groups,
            key=_key(study, "groups"),
            help="Their age band, gender and skin tone let you check whether models work equally well for everybody. "
            "Nobody has to answer, and groups of fewer than five people are never shown. Leave it off unless you will "
            "use it.",
        ),
        overlap=st.number_input("Annotators per face", 1, MOST_ANNOTATORS, study.overlap, key=_key(study, "overlap")),
        queue_order=st.selectbox(
            "Faces they label first",
            list(QueueOrder),
            list(QueueOrder).index(study.queue_order),
            format_func=_ORDER_WORDS.get,
            key=_key(study, "order"),
            help="Whatever you choose, one face in five is drawn at random, so that the labels aren't biased.",
        ),
        show_prediction=st.toggle(
            "Annotators see the machine's guess",
            study.show_prediction,
            key=_key(study, "show-prediction"),
            help="Labelling is quicker, but the guess sways them.",
        ),
        labelling_guide=write_guide(study, _key(study, "guide")),
    )


def invite(actor: Person, study: Study) -> None:
    """Create an invitation, and see and revoke those that are open."""
    st.header("Invitations", anchor=False)
    with st.form("invite"):
        role = st.segmented_control(
            "Role", list(Role), default=Role.ANNOTATOR, format_func=str.capitalize, required=True
        )
        left, right = st.columns(2)
        uses = left.number_input("Number of people", 1, MOST_USES, 1)
        days = right.number_input("Days it is valid", 1, LONGEST_DAYS, 14)
        if st.form_submit_button("Create an invitation", type="primary", width="stretch"):
            with guard.explaining():
                code = platform().invitations.invite(actor, study.id, role, int(days), int(uses))
                state().invitation = ShownOnce(study.id, f"{address()}/join?code={code}")
    if (new := state().invitation) and new.study_id == study.id:
        st.write("Send this link. It is shown only once:")
        st.code(new.text, language=None, wrap_lines=True)
        if st.button("I have copied it"):
            state().invitation = None
            st.rerun()
    for invitation in platform().invitations.open_ones(actor, study.id):
        what, button = st.columns([4, 1], vertical_alignment="center")
        people = f"{invitation.uses_left} {'person' if invitation.uses_left == 1 else 'people'}"
        what.write(f"**{invitation.role.capitalize()}** for {people}, until {moment(invitation.expires_at)}")
        with button:
            revoke = partial(platform().invitations.revoke, actor, study.id, invitation.id)
            if confirmed("Revoke", _REVOKED, "Revoke it", revoke, about=f"invitation-{invitation.id}", wide=True):
                st.rerun()


def members(actor: Person, study: Study) -> None:
    """Who works on the study. Participants are not listed."""
    st.header("Team", anchor=False)
    staff = platform().members.staff(actor, study.id)
    if not staff:
        st.caption("Nobody yet, apart from whoever runs FERS. Participants are not listed here.")
    for member in staff:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            _member(actor, study, member)


def _member(actor: Person, study: Study, member: Member) -> None:
    """One of those who work on the study, and what can be done about their place."""
    name = f"**{as_typed(member.email)}**" if member.email else f"Joined with a code, number {member.person_id[:6]}"
    who = f"{name} (you)" if member.person_id == actor.id else name
    st.markdown(f"{who}  \n{member.role.capitalize()}", width="stretch")
    loses_place = f"{who} will no longer be able to work on this study. Their labels stay."
    remove = partial(platform().members.remove, actor, study.id, member.person_id)
    with st.container(horizontal=True, width="content"):
        _offer_another_role(actor, study, member)
        if confirmed("Remove", loses_place, "Remove them", remove, about=f"member-{member.person_id}-{study.id}"):
            st.rerun()


def _offer_another_role(actor: Person, study: Study, member: Member) -> None:
    about = f"role-{member.person_id}-{study.id}-{member.role}"
    with st.popover("Change role", key=f"ask-{about}"):
        others = [role for role in Role if role is not member.role]
        chosen = st.radio("New role", others, None, format_func=str.capitalize, key=about)
        st.caption("It takes effect at once, in this study only.")
        if st.button("Change it", disabled=chosen is None, type="primary", width="stretch", key=f"yes-{about}"):
            with guard.explaining():
                platform().members.assign(actor, study.id, member.person_id, chosen)
                st.rerun()


def log(actor: Person, study: Study) -> None:
    """The audit log, newest first."""
    whole = allowed(actor, Action.RUN_INSTALLATION) and st.toggle("Show all studies and the installation")
    own = platform().members
    entries = own.whole_log(actor, LOG_LINES) if whole else own.log(actor, study.id, LOG_LINES)
    st.caption(f"The latest {LOG_LINES} entries. Each is sealed: `fers doctor` notices if one is changed.")
    st.dataframe(
        [
            {
                "When (UTC)": f"{entry.at:%Y-%m-%d %H:%M}",
                "Who": f"{entry.actor_role} {entry.actor[:6]}".strip(),
                "What": entry.action,
                "About": entry.subject[:8],
            }
            for entry in entries
        ],
        hide_index=True,
        width="stretch",
    )


def address() -> str:
    """Where the app is, as the browser sees it."""
    url = urlsplit(st.context.url or "")
    return f"{url.scheme}://{url.netloc}"
