"""Studies: what they tell participants and how they are run."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.interfaces import RecordStore, StudyStore
from fers.domain.invitations import plain_code
from fers.domain.own_words import as_read_in
from fers.domain.people import Membership, Person, Role, entry_after
from fers.domain.permissions import Action, allowed, require
from fers.domain.question_rules import check_names_against, check_questions
from fers.domain.questions import Question
from fers.domain.readiness import as_participants_meet_it, missing
from fers.domain.studies import Study, joined
from fers.errors import AlreadyExists, InvalidInput
from fers.languages import LANGUAGES
from fers.services.people.protocols import check_protocol
from fers.services.people.recruiting import check_recruiting

_CHANGED, _OPENED, _CLOSED = "changed the study", "opened the study", "closed the study"
CHANGED_MEANWHILE = ("study.changed-by", "study.changed-by-you", "study.changed-meanwhile")
"""The codes of what is told to whoever changes what was changed since they began."""
_LOOKED_BACK = 50
"""Entries of the audit log, for whoever changed a study last."""

LONGEST_RETENTION_DAYS = 3650

SHORTEST_CODE = 6
MOST_ANNOTATORS = 20

LONGEST_CONSENT_WORDS = 5000
"""Characters. Nobody reads more."""
LONGEST_ETHICS = 300
"""Characters of an approval's number, and of why there is none."""
LONGEST_GUIDE = 10_000
"""Characters that annotators are told beside the faces."""


class Studies:
    def __init__(self, records: RecordStore, memberships: StudyStore, now: Clock = utc_now):
        self._records = records
        self._memberships = memberships
        self._now = now

    def current(self, actor: Person | None = None) -> Study:
        """The study that `actor` works in: the one they entered last, else the one that newcomers come to, which is the
        first that is open. A fresh store gets the try-out study."""
        studies = self._all()
        theirs = (study for study in studies if actor and study.id == actor.study_id)
        newcomers = (study for study in studies if study.open)
        return next(theirs, None) or next(newcomers, studies[0])

    def with_code(self, code: str) -> Study | None:
        """The open study that has this study code."""
        study = self.called(code)
        return study if study and study.open else None

    def called(self, code: str) -> Study | None:
        """The study that has this study code, be it open or not."""
        return next((study for study in self._all() if _same_code(study.join_code, code)), None)

    def mine(self, actor: Person) -> list[Study]:
        """The studies that `actor` has a place in; for administrators of the installation, all of them."""
        require(actor, Action.GIVE_FACE)
        everywhere = allowed(actor, Action.RUN_INSTALLATION)
        places = {membership.study_id for membership in actor.memberships}
        return [study for study in self._all() if everywhere or study.id in places]

    def get(self, actor: Person, study_id: str) -> Study:
        """A study that `actor` may change. Raises InvalidInput when there is none."""
        require(actor, Action.MANAGE_STUDY, study_id)
        study = next((study for study in self._all() if study.id == study_id), None)
        if study is None:
            raise InvalidInput("study.gone")
        return study

    def create(self, actor: Person, name: str) -> Study:
        """A new study, closed and yet to be described. Raises InvalidInput without a name."""
        require(actor, Action.RUN_INSTALLATION)
        if not name.strip():
            raise InvalidInput("study.no-name")
        study = _new_study(name.strip())
        self._records.save_study(study)
        self._records.append_audit(entry_by(actor, self._now(), "made the study", study.id, study.id))
        return study

    def create_like(self, actor: Person, plan: Callable[[Study], Study], name: str | None = None) -> Study:
        """A new study as `plan` makes it of an empty one, closed; who runs it is yet to be said. Raises InvalidInput
        when it can't be run so, or when there is one of its name, or of `name`."""
        require(actor, Action.RUN_INSTALLATION)
        empty = _new_study("")
        planned = plan(empty)
        study = replace(planned, id=empty.id, name=(name or planned.name).strip(), open=False)
        if not study.name:
            raise InvalidInput("study.no-name")
        if any(other.name == study.name for other in self._all()):
            raise InvalidInput("study-file.name-taken", name=study.name)
        _check_in_all_languages(study)
        self._records.save_study(study)
        self._records.append_audit(entry_by(actor, self._now(), "made the study from a file", study.id, study.id))
        return study

    def enter(self, actor: Person, study_id: str) -> None:
        """Work in another of one's studies from now on. Raises InvalidInput when it is none of them (any more)."""
        require(actor, Action.GIVE_FACE)
        memberships = self._memberships.memberships_of(actor.id)  # Their page may be older than the roles they have.
        if study_id not in {study.id for study in self.mine(replace(actor, memberships=tuple(memberships)))}:
            raise InvalidInput("study.gone")
        now = entry_after(memberships, self._now())  # Else the page would ask for it again and again.
        if study_id not in {membership.study_id for membership in memberships}:  # Of whoever runs the installation.
            with suppress(AlreadyExists):  # In another window they have just come by an invitation, perhaps with more.
                self._memberships.add_membership(Membership(actor.id, study_id, Role.PARTICIPANT, now))
        elif not self._memberships.note_entry(actor.id, study_id, now):  # Taken away just now.
            raise InvalidInput("study.gone")

    def take_part(self, actor: Person, study_id: str) -> None:
        """Give whoever agreed to a study's terms a place in it; from then on they stay, whichever study is newest."""
        if study_id not in {membership.study_id for membership in self._memberships.memberships_of(actor.id)}:
            with suppress(AlreadyExists):
                self._memberships.add_membership(Membership(actor.id, study_id, Role.PARTICIPANT, self._now()))

    def update(self, actor: Person, study: Study, seen: Study | None = None) -> Study:
        """Replace the study's particulars. `seen`: as the actor found it when they began; what others have changed
        since and the actor has not stays changed. None: as it is now. Returns the study as it is then.

        Raises InvalidInput when one can't be used, when the study is to open though something is `missing`, or when
        somebody has changed since what the actor changes, too (`CHANGED_MEANWHILE`).
        """
        while True:
            before, after = self.check(actor, study, seen)
            if self._records.change_study(before, after):
                break
        opened = {(False, True): _OPENED, (True, False): _CLOSED}
        action = opened.get((before.open, after.open), _CHANGED)
        self._records.append_audit(entry_by(actor, self._now(), action, study.id, study.id))
        return after

    def check(self, actor: Person, study: Study, seen: Study | None = None) -> tuple[Study, Study]:
        """Raises what `update` would. Returns the study as it is, and as it would be."""
        before = self.get(actor, study.id)
        study, clashing = joined(seen or before, study, before)
        if clashing:
            raise self._changed_meanwhile(actor, study)
        if study.open and not before.open and (items := missing(study)):
            raise InvalidInput("study.not-ready", items=[item.name for item in items])
        _check_in_all_languages(study)
        check_recruiting(study)
        others = (other for other in self._all() if other.id != study.id)
        if any(_same_code(other.join_code, study.join_code) for other in others):
            raise InvalidInput("study.code-taken")
        study = replace(study, retired_questions=_retired(before, study))
        known = {question.name for question in before.questions}  # What is asked already stays.
        new = [question for question in study.questions if question.name not in known]
        check_names_against(study.retired_questions, new)
        return before, study

    def _changed_meanwhile(self, actor: Person, study: Study) -> InvalidInput:
        """By whom is told as the audit log has it."""
        latest = self._records.latest_audit(_LOOKED_BACK, study.id)
        last = next((entry for entry in latest if entry.action in (_CHANGED, _OPENED, _CLOSED)), None)
        if last is None:
            return InvalidInput("study.changed-meanwhile")
        when = f"{last.at:%Y-%m-%d %H:%M}"
        if last.actor == actor.id:
            return InvalidInput("study.changed-by-you", when=when)
        return InvalidInput("study.changed-by", who=f"{last.actor_role} {last.actor[:6]}".strip(), when=when)

    def note_rehearsal(self, actor: Person, study: Study) -> None:
        """The actor went through the study as a participant would, as it is in `study`."""
        while True:
            now = self.get(actor, study.id)
            if self._records.change_study(now, replace(now, rehearsed=as_participants_meet_it(study))):
                break
        self._records.append_audit(entry_by(actor, self._now(), "tried the study", study.id, study.id))

    def _all(self) -> list[Study]:
        if not (studies := self._records.studies()):
            self._records.save_study(_try_out_study())
            studies = self._records.studies()
        return studies


def _retired(before: Study, after: Study) -> tuple[Question, ...]:
    """What somebody may have answered and is asked no longer, or not in the same words. A study that is closed asks
    nothing: what it asked until then is among these, lest it be reworded before it opens again."""
    put = (*before.retired_questions, *(before.questions if before.open else ()))
    asked = {(question.name, question.version) for question in after.questions} if after.open else set()
    retired = {(one.name, one.version): one for one in put if (one.name, one.version) not in asked}
    return tuple(retired.values())


def _check_in_all_languages(study: Study) -> None:
    """What is too long to be read in one language is so in any."""
    languages = [study.language, *(each.language for each in study.translations)]
    for language in languages:
        if languages.count(language) > 1:
            raise InvalidInput("study.language-twice", language=LANGUAGES[language])
    _check_as_said(study, study)
    for each in study.translations:
        try:
            _check_as_said(study, as_read_in(study, each.language))
        except InvalidInput as error:
            raise InvalidInput("study.translation", language=LANGUAGES[each.language], problem=str(error)) from None


def _check_as_said(study: Study, there: Study) -> None:
    """`there`: the study as it is read in one language, where its tasks have no ids."""
    _check(there)
    check_protocol(there)
    check_questions(there.questions, study.protocol)


def _check(study: Study) -> None:
    if not study.name.strip():
        raise InvalidInput("study.no-name")
    if study.open:
        _check_open(study)
    if not 1 <= study.retention_days <= LONGEST_RETENTION_DAYS:
        raise InvalidInput("study.retention", longest=LONGEST_RETENTION_DAYS)
    if not 0 <= study.ask_first_share <= 1:
        raise InvalidInput("study.ask-first-share")
    if len(study.join_code.strip()) < SHORTEST_CODE:
        raise InvalidInput("study.code-too-short", shortest=SHORTEST_CODE)
    if len(study.consent_words) > LONGEST_CONSENT_WORDS:
        raise InvalidInput("study.consent-words-too-long", longest=LONGEST_CONSENT_WORDS)
    if max(len(study.ethics_approval), len(study.no_ethics_because)) > LONGEST_ETHICS:
        raise InvalidInput("study.ethics-too-long", longest=LONGEST_ETHICS)
    if len(study.labelling_guide or "") > LONGEST_GUIDE:
        raise InvalidInput("study.guide-too-long", longest=LONGEST_GUIDE)
    if not 1 <= study.overlap <= MOST_ANNOTATORS:
        raise InvalidInput("study.overlap", most=MOST_ANNOTATORS)


def _check_open(study: Study) -> None:
    """What may not be taken back while people come. A closed study may be half described."""
    if not study.purpose.strip():
        raise InvalidInput("study.no-purpose")
    if not study.owner.strip():
        raise InvalidInput("study.no-owner")
    if not study.contact.strip():
        raise InvalidInput("study.no-contact")
    if not study.purpose_confirmed:
        raise InvalidInput("study.purpose-unconfirmed")


def _same_code(one: str, other: str) -> bool:
    """Takes as long for any two, so that nobody feels their way to a code letter by letter."""
    return secrets.compare_digest(plain_code(one).encode(), plain_code(other).encode())


def _new_study(name: str) -> Study:
    return Study(
        id=secrets.token_hex(8),
        name=name,
        purpose="",
        owner="",
        contact="",
        retention_days=365,
        ask_first_share=0.5,
        join_code=f"join-{secrets.token_hex(4)}",
        open=False,
        purpose_confirmed=False,
    )


def _try_out_study() -> Study:
    """What `make run` opens with: its stated purpose is to try FERS on one's own computer, and nothing else."""
    return Study(
        id=secrets.token_hex(8),
        name="FERS try-out",
        purpose="To try out FERS on this computer. The photos stay on it and are used for nothing else.",
        owner="The person who runs FERS on this computer",
        contact="the person who showed you this page",
        retention_days=30,
        ask_first_share=0.0,
        join_code=f"try-{secrets.token_hex(3)}",
        open=True,
        purpose_confirmed=True,
        no_ethics_because="it only tries out the app.",
    )
