"""Consent: asking for it, keeping exactly what was agreed to, and narrowing it again."""

import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, behind, utc_now
from fers.domain.consent import Consent, ConsentText, Purpose
from fers.domain.erasures import Erased, Erasure
from fers.domain.faces import Face
from fers.domain.interfaces import ErasureStore, GroupStore, RecordStore, ReplyStore
from fers.domain.own_words import read_in
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.studies import Study
from fers.errors import ConsentRequired, NotFound
from fers.exporting.printing import Document
from fers.languages import ORIGINAL, translations
from fers.services.people.consent_words import acceptable, acceptable_in, text_for
from fers.services.people.participations import Participations
from fers.services.people.studies import Studies
from fers.services.people.withdrawal import Withdrawal
from fers.wording import moment

IN_A_COPY = (
    ADULT := "I am 18 or older.",
    CHOSEN := "What you chose on {moment}",
    CHOICES := "Your choices",
    VERSION := "Text version {version}, SHA-256 {hash}",
    AGREED := "What I agreed to",
    TAKING_PART := "Taking part in “{study}”",
)
"""What copies of a consent say beside the words that were agreed to, in the language of these."""


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

    def text(self, actor: Person | None = None, language: str = ORIGINAL) -> ConsentText:
        """The words that participants of the actor's study, or else newcomers, are asked to agree to."""
        return text_for(self._studies.current(actor), language)

    def latest(self, actor: Person) -> Consent | None:
        """What the actor agreed to last in their study, be it in today's words or in earlier ones."""
        require(actor, Action.GIVE_FACE)
        return self._records.latest_consent(actor.id, self._studies.current(actor).id)

    def current(self, actor: Person, study: Study | None = None) -> Consent | None:
        """The actor's consent when it covers today's words, in the language they read, else None: they have to be
        asked (again). `study`: the one they work in, of whoever has it in hand: where the store is far away, each look
        costs its time."""
        require(actor, Action.GIVE_FACE)
        study = study or self._studies.current(actor)
        latest = self._records.latest_consent(actor.id, study.id)
        return latest if latest and latest.text in acceptable_in(study, latest.text.language) else None

    def asked_again(self, actor: Person, changed: Study, seen: Study | None = None) -> int:
        """How many people who have agreed to a study's words would be asked again if it became `changed`, which the
        actor made of what they had `seen` (`Studies.update`).

        Raises InvalidInput when it can't become so.
        """
        before, after = self._studies.check(actor, changed, seen)
        gone = acceptable(before) - acceptable(after)
        return self._records.count_agreed(before.id, {text.sha256 for text in gone}) if gone else 0

    def require(self, actor: Person, study: Study | None = None) -> Consent:
        """Like `current`, but raises ConsentRequired instead of returning None."""
        consent = self.current(actor, study)
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
        study = self._studies.current(actor)
        if not adult:
            raise ConsentRequired("consent.not-an-adult")
        text = next((text for text in acceptable(study) if text.sha256 == text_sha256), None)
        if text is None:
            raise ConsentRequired("consent.changed")
        if Purpose.STORE not in purposes:
            purposes = frozenset()
        before, now = self._records.latest_consent(actor.id, study.id), self._now()
        if before is not None:
            # First: whoever is interrupted finds the choices they had until now, and makes these again.
            self._narrow_what_was_given(actor, study, purposes)
            # Behind the one before, also where that was given while a clock was ahead: the last one counts.
            now = behind([before.given_at], now)
        consent = Consent(secrets.token_hex(16), actor.id, study.id, text, purposes, now)
        self._records.create_consent(consent)
        self._studies.take_part(actor, study.id)
        self._participations.consented(actor, study)
        if before is not None:  # What came in another window meanwhile.
            self._narrow_what_was_given(actor, study, purposes)
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
        latest = max(consents, key=lambda consent: consent.given_at)
        language = latest.text.language
        title = translations(language).gettext(AGREED)
        return Document("my-consent", title, self.copy_for(actor), latest.given_at, language)

    def printed_text(self, actor: Person, language: str = ORIGINAL) -> Document:
        """What participants of the actor's study are asked to agree to, to be printed: for an ethics board, or to be
        read on paper."""
        require(actor, Action.GIVE_FACE)
        study, text = self._studies.current(actor), self.text(actor, language)
        say = translations(text.language).gettext
        body = f"{text.body}\n\n## {say(CHOICES)}\n\n{_choices(text)}\n\n{_which(text)}"
        name = read_in(study, text.language).say(study.name)
        return Document("consent", say(TAKING_PART).format(study=name), body, self._now(), text.language)

    def hold_to_latest(self, actor: Person, face: Face) -> Face | None:
        """Narrow a face that was just stored to what its person has chosen meanwhile, in another window. Returns it as
        it is then, or None when it may not be kept."""
        require(actor, Action.GIVE_FACE)
        latest = self._records.latest_consent(actor.id, face.study_id)
        return self._narrowed(actor, face, latest.purposes if latest else frozenset())

    def still_keeps(self, actor: Person, study: Study) -> bool:
        """Whether the study may keep anything of the actor's, by what they chose last: perhaps a moment ago, in another
        window."""
        require(actor, Action.GIVE_FACE)
        latest = self._records.latest_consent(actor.id, study.id)
        return latest is not None and latest.permits(Purpose.STORE)

    def _narrow_what_was_given(self, actor: Person, study: Study, purposes: frozenset[Purpose]) -> None:
        if Purpose.STORE not in purposes:
            said = [one.given_at for one in self._groups.descriptions_of(actor.id) if one.study_id == study.id]
            self._note_erased(Erased.DESCRIPTION, actor, study, said)
            self._groups.delete_description(actor.id, study.id)
            replied = [reply.given_at for reply in self._replies.replies_of(actor.id, study.id)]
            self._note_erased(Erased.REPLIES, actor, study, replied)
            self._replies.delete_replies(actor.id, study.id)
        for face in self._records.faces_of(actor.id):
            if face.study_id == study.id:  # Other studies asked other questions.
                self._narrowed(actor, face, purposes)

    def _note_erased(self, what: Erased, actor: Person, study: Study, given: list[datetime]) -> None:
        """By the time at which the last of it was given, and not by today's: what is said later stays, whichever way
        the clock goes meanwhile."""
        if given:
            self._erasures.note(Erasure(what, actor.id, max(given), study_id=study.id))

    def _narrowed(self, actor: Person, face: Face, purposes: frozenset[Purpose]) -> Face | None:
        narrowed = replace(face, purposes=face.purposes & purposes)
        with suppress(NotFound):  # Withdrawn a moment ago.
            if Purpose.STORE not in purposes:
                self._withdrawal.withdraw_face(actor, face.id)
            elif narrowed != face:
                self._erasures.note(Erasure(Erased.PURPOSES, face.id, self._now(), purposes=purposes))
                self._records.update_face(narrowed)
        return narrowed if Purpose.STORE in purposes else None


def _copy(consent: Consent) -> str:
    chosen = translations(consent.text.language).gettext(CHOSEN)
    chosen = chosen.format(moment=moment(consent.given_at, consent.text.language))
    return f"{consent.text.body}\n\n## {chosen}\n\n{_choices(consent.text, consent)}\n\n{_which(consent.text)}"


def _choices(text: ConsentText, consent: Consent | None = None) -> str:
    """Ticked as somebody did; None: by nobody yet."""
    chosen = [(ADULT, consent is not None)]
    chosen += [(purpose.question, consent is not None and consent.permits(purpose)) for purpose in Purpose]
    say = translations(text.language).gettext
    return "\n".join(f"- [{'x' if is_chosen else ' '}] {say(words)}" for words, is_chosen in chosen)


def _which(text: ConsentText) -> str:
    return translations(text.language).gettext(VERSION).format(version=text.version, hash=text.sha256)
