"""Arrivals: people who come by the link of a panel, with its id for them, and without an account to make."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from fers.domain.clock import Clock, utc_now
from fers.domain.interfaces import ParticipationStore, SignIn
from fers.domain.people import Person
from fers.domain.recruiting import PANEL_ID, Participation, Status
from fers.domain.studies import Study
from fers.errors import FersError, InvalidInput, NotFound, SignInFailed, StudyClosed
from fers.services.faces.progress import Progress
from fers.services.people.accounts import Accounts, SignedIn
from fers.services.people.studies import Studies
from fers.services.people.withdrawal import Withdrawal


class Coming(Enum):
    """How somebody comes."""

    NEW = auto()
    BACK = auto()
    """In the browser in which they began."""
    ELSEWHERE = auto()
    """With an id that began in another browser, or whose account is gone. An id can be guessed: it opens nothing."""
    FULL = auto()
    """New, and the study has no place for anybody at present."""
    CLOSED = auto()
    """New, and the study takes nobody."""


@dataclass(frozen=True)
class Arrival:
    study: Study
    panel_id: str
    coming: Coming
    participation: Participation | None = None
    """Theirs, when they are back."""


class Arrivals:
    def __init__(
        self,
        participations: ParticipationStore,
        sign_in: SignIn,
        accounts: Accounts,
        studies: Studies,
        progress: Progress,
        withdrawal: Withdrawal,
        now: Clock = utc_now,
    ):
        self._participations = participations
        self._sign_in = sign_in
        self._accounts = accounts
        self._studies = studies
        self._progress = progress
        self._withdrawal = withdrawal
        self._now = now

    def look(
        self, study_code: str, said: Mapping[str, str], caller: str = "", device: str = "", who: Person | None = None
    ) -> Arrival:
        """What a link comes to, which changes nothing. Asked by people who are not signed in yet.

        `said`: what stands in the link, by name. `caller`: see `SignIn.check_caller`. `device`: the secret of the
        browser. `who`: is signed in there. Raises NotFound for a link to no study that takes people from a panel,
        InvalidInput for one without an id that could be a panel's, and TooManyAttempts.
        """
        study = self._study(study_code, caller)
        panel_id = said.get(study.recruiting.parameter, "")
        if not panel_id:
            raise InvalidInput("arrival.no-id")
        if not PANEL_ID.fullmatch(panel_id):
            raise InvalidInput("arrival.odd-id")
        known = self._participations.participation(study.id, panel_id)
        if known is not None:
            if known.person_id and self._is_here(known.person_id, device, who):
                return Arrival(study, panel_id, Coming.BACK, known)
            return Arrival(study, panel_id, Coming.ELSEWHERE)
        if not study.open:
            return Arrival(study, panel_id, Coming.CLOSED)
        return Arrival(study, panel_id, Coming.FULL if self._progress.is_full(study) else Coming.NEW)

    def begin(self, study_code: str, said: Mapping[str, str], caller: str = "", device: str = "") -> SignedIn:
        """Let somebody in who pressed the button: with an account of their own, which has no e-mail and no code that
        they would have to note; who is back, with the one they have.

        Raises what `look` does, SignInFailed for an id that began elsewhere, and StudyClosed where nobody new can come.
        """
        arrival = self.look(study_code, said, caller, device)
        if arrival.participation and arrival.participation.person_id:
            return self._accounts.come_back(arrival.participation.person_id, device)
        if arrival.coming is not Coming.NEW:
            raise _refusal(arrival.coming)
        signed_in, _ = self._accounts.join(study_code, caller)
        came = ((Status.CAME, self._now()),)
        new = Participation(secrets.token_hex(16), arrival.study.id, arrival.panel_id, signed_in.person.id, came)
        if self._participations.add(new).id != new.id:
            self._withdrawal.withdraw_everything(signed_in.person)
            raise _refusal(Coming.ELSEWHERE)
        return signed_in

    def _study(self, code: str, caller: str) -> Study:
        self._sign_in.check_caller(caller)
        study = self._studies.called(code)
        if study is None:
            self._sign_in.count_miss(caller)
            raise NotFound("arrival.no-study")
        if not study.recruiting.is_on:
            raise NotFound("arrival.no-panel")
        return study

    def _is_here(self, person_id: str, device: str, who: Person | None) -> bool:
        return (who is not None and who.id == person_id) or self._sign_in.knows_device(person_id, device)


def _refusal(coming: Coming) -> FersError:
    if coming is Coming.FULL:
        return StudyClosed("arrival.full")
    if coming is Coming.CLOSED:
        return StudyClosed("study.closed")
    return SignInFailed("arrival.elsewhere")
