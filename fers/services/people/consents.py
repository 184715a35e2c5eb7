"""Consent: asking for it, keeping exactly what was agreed to, and narrowing it again."""

import secrets
from contextlib import suppress
from dataclasses import replace
from importlib import resources
from string import Template

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.consent import Consent, ConsentText, Purpose
from fers.domain.erasures import Erased, Erasure
from fers.domain.faces import Face
from fers.domain.interfaces import ErasureStore, GroupStore, RecordStore, ReplyStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.studies import Study
from fers.errors import ConsentRequired, NotFound
from fers.exporting.printing import Document
from fers.services.people.participations import Participations
from fers.services.people.studies import Studies
from fers.services.people.withdrawal import Withdrawal

CURRENT_VERSION = "2026-11"
_CROP_ONLY = """
**Only the part you choose is kept.** Each photo is cut down to the box that you put around your face. The rest of the
picture, with whoever else is in it, is not kept.
"""
"""In studies that are run so, after the version's own words. Like those, never edited: people agreed to it."""
_FROM_A_PANEL = """
**If a panel sent you here,** such as Prolific or your university's, its id for you is kept with how far you got and
when. The people who run this study see that list, to pay you, and can erase it once everybody has been paid. It does
not say which photos are yours, and the id is in nothing that is shared. If you withdraw everything, all that stays
beside the id is that you withdrew, and that you had finished if you had.
"""
"""Likewise."""

_ASKS = """
**This study asks you questions of its own.** Your answers are kept as your photos are, and deleted after as many days
or when you withdraw everything; those about one photo go with it. If you agree that your photos are included in dataset
versions, your answers are included with them, under a number in place of your name. What you write in your own words is
left out, unless you tick that it may be included.
"""
"""In studies that ask; likewise."""


class Consents:
    def __init__(
        self,
        records: RecordStore,
        studies: Studies,
        withdrawal: Withdrawal,
        groups: GroupStore,
        erasures: ErasureStore,
        replies: ReplyStore,
        participations: Participations,
        now: Clock = utc_now,
    ):
        self._records = records
        self._studies = studies
        self._withdrawal = withdrawal
        self._groups = groups
        self._erasures = erasures
        self._replies = replies
        self._participations = participations
        self._now = now

    def text(self, actor: Person | None = None) -> ConsentText:
        """The words that participants of the actor's study, or else newcomers, are asked to agree to."""
        return _text_for(self._studies.current(actor))

    def latest(self, actor: Person) -> Consent | None:
        """What the actor agreed to last in their study, be it in today's words or in earlier ones."""
        require(actor, Action.GIVE_FACE)
        return self._records.latest_consent(actor.id, self._studies.current(actor).id)

    def current(self, actor: Person) -> Consent | None:
        """The actor's consent when it covers today's words, else None: they have to be asked (again)."""
        require(actor, Action.GIVE_FACE)
        study = self._studies.current(actor)  # Asked for once: where the store is far away, each look costs its time.
        latest = self._records.latest_consent(actor.id, study.id)
        return latest if latest and latest.text.sha256 == _text_for(study).sha256 else None

    def asked_again(self, actor: Person, changed: Study) -> int:
        """How many people who have agreed to a study's words would be asked again if it became `changed`.

        Raises InvalidInput when it can't become so.
        """
        before = self._studies.check(actor, changed)
        words = _text_for(before).sha256
        return 0 if _text_for(changed).sha256 == words else self._records.count_agreed(before.id, words)

    def require(self, actor: Person) -> Consent:
        """Like `current`, but raises ConsentRequired instead of returning None."""
        consent = self.current(actor)
        if consent is None:
            raise ConsentRequired("consent.missing")
        return consent

    def give(self, actor: Person, text_sha256: str, purposes: frozenset[Purpose], adult: bool) -> Consent:
        """Record what the actor agrees to, in the words whose hash is `text_sha256`: those they were shown.

        Choices that are narrower than before also narrow what their earlier faces in this study may be used for;
        without `STORE` those faces are withdrawn, and what they said about themselves and answered is erased.

        Raises ConsentRequired when the person is not 18 or the words changed meanwhile.
        """
        require(actor, Action.GIVE_FACE)
        text, study = self.text(actor), self._studies.current(actor)
        if not adult:
            raise ConsentRequired("consent.not-an-adult")
        if text.sha256 != text_sha256:
            raise ConsentRequired("consent.changed")
        if Purpose.STORE not in purposes:
            purposes = frozenset()
            self._erasures.note(Erasure(Erased.DESCRIPTION, actor.id, self._now(), study_id=study.id))
            self._groups.delete_description(actor.id, study.id)
            self._erasures.note(Erasure(Erased.REPLIES, actor.id, self._now(), study_id=study.id))
            self._replies.delete_replies(actor.id, study.id)
        consent = Consent(secrets.token_hex(16), actor.id, study.id, text, purposes, self._now())
        self._records.create_consent(consent)
        self._studies.take_part(actor, study.id)
        self._participations.consented(actor, study)
        self._narrow_earlier_faces(actor, study, purposes)
        self._records.append_audit(entry_by(actor, self._now(), "gave consent", consent.id, study.id))
        return consent

    def copy_for(self, actor: Person) -> str:
        """Markdown: everything the actor agreed to, word for word, newest first. Empty when there is nothing."""
        require(actor, Action.MANAGE_OWN_DATA)
        return "\n\n---\n\n".join(_copy(consent) for consent in reversed(self._records.consents_of(actor.id)))

    def printed_copy(self, actor: Person) -> Document:
        """The same to be printed. Raises NotFound when the actor has agreed to nothing."""
        require(actor, Action.MANAGE_OWN_DATA)
        consents = self._records.consents_of(actor.id)
        if not consents:
            raise NotFound("consent.none-given")
        latest = max(consent.given_at for consent in consents)
        return Document("my-consent", "What I agreed to", self.copy_for(actor), latest)

    def printed_text(self, actor: Person) -> Document:
        """What participants of the actor's study are asked to agree to, to be printed: for an ethics board, or to be
        read on paper."""
        require(actor, Action.GIVE_FACE)
        study, text = self._studies.current(actor), self.text(actor)
        body = f"{text.body}\n\n## Your choices\n\n{_choices(None)}\n\n{_which(text)}"
        return Document("consent", f"Taking part in “{study.name}”", body, self._now())

    def hold_to_latest(self, actor: Person, face: Face) -> Face | None:
        """Narrow a face that was just stored to what its person has chosen meanwhile, in another window. Returns it as
        it is then, or None when it may not be kept."""
        require(actor, Action.GIVE_FACE)
        latest = self._records.latest_consent(actor.id, face.study_id)
        return self._narrowed(actor, face, latest.purposes if latest else frozenset())

    def _narrow_earlier_faces(self, actor: Person, study: Study, purposes: frozenset[Purpose]) -> None:
        for face in self._records.faces_of(actor.id):
            if face.study_id == study.id:  # Other studies asked other questions.
                self._narrowed(actor, face, purposes)

    def _narrowed(self, actor: Person, face: Face, purposes: frozenset[Purpose]) -> Face | None:
        narrowed = replace(face, purposes=face.purposes & purposes)
        with suppress(NotFound):  # Withdrawn a moment ago.
            if Purpose.STORE not in purposes:
                self._withdrawal.withdraw_face(actor, face.id)
            elif narrowed != face:
                self._erasures.note(Erasure(Erased.PURPOSES, face.id, self._now(), purposes=purposes))
                self._records.update_face(narrowed)
        return narrowed if Purpose.STORE in purposes else None


def _text_for(study: Study) -> ConsentText:
    template = resources.files("fers.consent_texts").joinpath(f"{CURRENT_VERSION}.md").read_text("utf-8")
    body = Template(template).substitute(
        study=study.name,
        purpose=study.purpose,
        owner=study.owner,
        contact=study.contact,
        retention_days=study.retention_days,
    )
    if study.crop_only:
        body += _CROP_ONLY
    if study.questions:
        body += _ASKS
    if study.recruiting.is_on:
        body += _FROM_A_PANEL
    if own_words := study.consent_words.strip():
        body += f"\n**What else this study wants you to know.**\n\n{own_words}\n"
    return ConsentText(CURRENT_VERSION, body)


def _copy(consent: Consent) -> str:
    chosen = f"## What you chose on {consent.given_at:%d %B %Y at %H:%M} (UTC)"
    return f"{consent.text.body}\n\n{chosen}\n\n{_choices(consent)}\n\n{_which(consent.text)}"


def _choices(consent: Consent | None) -> str:
    """Ticked as somebody did; None: by nobody yet."""
    chosen = [("I am 18 or older.", consent is not None)]
    chosen += [(purpose.question, consent is not None and consent.permits(purpose)) for purpose in Purpose]
    return "\n".join(f"- [{'x' if is_chosen else ' '}] {words}" for words, is_chosen in chosen)


def _which(text: ConsentText) -> str:
    return f"Text version {text.version}, SHA-256 {text.sha256}"
