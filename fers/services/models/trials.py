"""Blind trials: participants meet one of two models, their own label judges both."""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from fers.analysis.bradley_terry import Ranking, rank
from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.faces import Unscored
from fers.domain.field import Entrant, Match, Trial, drawn
from fers.domain.interfaces import FieldStore, RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import InvalidInput, NotFound
from fers.services.models.live_model import LiveModel

_LOOK_AGAIN_AFTER = timedelta(seconds=30)
"""So long a server may go on with the trial before."""
_REMEMBERED = 100
"""Trials to choose from."""


def known_everywhere(trial: Trial) -> datetime:
    """From when on every server lets people meet a trial's models."""
    return trial.started_at + _LOOK_AGAIN_AFTER


@dataclass(frozen=True)
class Tally:
    """How one model did against another, as counts of faces."""

    wins: int
    losses: int
    both_right: int
    both_wrong: int

    @property
    def faces(self) -> int:
        return self.wins + self.losses + self.both_right + self.both_wrong


@dataclass(frozen=True)
class TrialResult:
    """What a trial says so far. Models are in the order of its entrants."""

    trial: Trial
    faces: int
    before: int
    """How many of them, in the whole trial, were labelled before their person saw a guess."""
    by_label: Ranking | None
    """The model whose first guess is the label beats the one whose isn't; None while there is nothing to compare."""
    by_probability: Ranking | None
    """The one that gave the label more probability beats the other."""
    pairs: dict[tuple[str, str], Tally]
    """How the first model did against the second, of every two."""
    shown: dict[tuple[str, str], Tally]
    """How a model did against another on the faces where its own guess was the one shown, or was to be."""
    unscored: Counter[Unscored]
    """On how many faces of the whole trial two models could not be compared, and because of which of them."""

    @property
    def winner(self) -> str | None:
        """The model that is better than every other, beyond chance; None: too early to tell."""
        best = None if self.by_label is None else self.by_label.winner()
        return None if best is None else self.trial.model_ids[best]


class Trials:
    """At most one trial is on at a time, on the whole installation, as there is one live model."""

    def __init__(self, store: FieldStore, live_model: LiveModel, records: RecordStore, now: Clock = utc_now):
        self._store = store
        self._live_model = live_model
        self._records = records
        self._now = now
        self._lock = threading.Lock()
        self._current: Trial | None = None
        self._looked_at: datetime | None = None

    def start(self, actor: Person, model_ids: Sequence[str]) -> Trial:
        """Let participants meet two or more registered models, on every server within half a minute.

        Raises InvalidInput for fewer or while another trial is on, UnknownModel, or ModelRejected.
        """
        require(actor, Action.MANAGE_MODELS)
        if len(set(model_ids)) < 2 or len(set(model_ids)) < len(model_ids):
            raise InvalidInput("trial.too-few-models")
        if self._running():
            raise InvalidInput("trial.already-running")
        infos = [self._live_model.classifier(model_id).info for model_id in model_ids]
        entrants = tuple(Entrant(info.id, info.version, info.fingerprint) for info in infos)
        trial = Trial(secrets.token_hex(16), entrants, self._now())
        names = ", ".join(f"{entrant.model_id} {entrant.version}" for entrant in entrants)
        self._log(actor, f"began a trial: {names}", trial)
        self._store.add_trial(trial)
        self._forget()
        if self._running() != [trial]:  # Somebody else began one at the same moment; no two may go on.
            self._log(actor, "ended a trial", trial)
            self._store.end_trial(trial.id, self._now())
            raise InvalidInput("trial.already-running")
        return trial

    def end(self, actor: Person, trial_id: str, promote: str | None = None) -> None:
        """End a trial: participants meet the live model again, and that is `promote`, when it is given.

        Raises NotFound when there is no such trial, UnknownModel or ModelRejected (then the trial goes on), and
        InvalidInput when it is over: then nothing is promoted, as whoever ended it has said what goes live.
        """
        require(actor, Action.MANAGE_MODELS)
        trial = self._trial(trial_id)
        if trial.ended_at is not None:
            raise InvalidInput("trial.over")
        if promote is not None:
            if promote not in trial.model_ids:
                raise InvalidInput("trial.not-a-contender", model=promote)
            self._live_model.promote(actor, promote)
        self._log(actor, "ended a trial", trial)
        self._store.end_trial(trial.id, self._now())
        self._forget()

    def trials(self, actor: Person) -> list[Trial]:
        """Newest first."""
        require(actor, Action.COMPARE_MODELS)
        return self._store.trials(_REMEMBERED)

    def result(self, actor: Person, trial_id: str, before_only: bool = False) -> TrialResult:
        """What the trial says so far; of all its faces, or of those alone that were labelled before their person saw a
        guess, which sways people. Raises NotFound."""
        require(actor, Action.COMPARE_MODELS)
        trial = self._trial(trial_id)
        matches = self._store.matches(trial_id)
        before = sum(faces for match, faces in matches.items() if match.before)
        counted = Counter({match: faces for match, faces in matches.items() if match.before or not before_only})
        return TrialResult(
            trial=trial,
            faces=counted.total(),
            before=before,
            by_label=_ranking(trial, counted, lambda match: match.shown_right - match.challenger_right),
            by_probability=_ranking(trial, counted, lambda match: match.closer),
            pairs=_pairs(trial, counted),
            shown=_by_shown(trial, counted),
            unscored=self._store.unscored(trial_id),
        )

    def current(self) -> Trial | None:
        """The trial that is on, as this server knows it."""
        with self._lock:
            if self._looked_at is None or self._now() - self._looked_at >= _LOOK_AGAIN_AFTER:
                self._current = next(iter(self._running()), None)
                self._looked_at = self._now()
            return self._current

    def drawn(self, draft_id: str) -> tuple[str, str] | None:
        """Ids of the model that a photo's person meets and of its challenger; None without a trial, or when one of the
        two is not what it was when the trial began."""
        trial = self.current()
        if trial is None:
            return None
        known = {info.fingerprint for info in self._live_model.models()}
        shown, challenger = drawn(trial, draft_id)
        return (shown.model_id, challenger.model_id) if {shown.fingerprint, challenger.fingerprint} <= known else None

    def changed(self) -> list[str]:
        """Models of the current trial that are gone or are not what they were: they are met no more."""
        trial = self.current()
        known = {info.fingerprint for info in self._live_model.models()}
        return [entrant.model_id for entrant in trial.entrants if entrant.fingerprint not in known] if trial else []

    def _running(self) -> list[Trial]:
        return [trial for trial in self._store.trials(_REMEMBERED) if trial.ended_at is None]

    def _trial(self, trial_id: str) -> Trial:
        for trial in self._store.trials(_REMEMBERED):
            if trial.id == trial_id:
                return trial
        raise NotFound("trial.gone")

    def _log(self, actor: Person, action: str, trial: Trial) -> None:
        # First the log: what is done is never unlogged.
        self._records.append_audit(entry_by(actor, self._now(), action, trial.id))

    def _forget(self) -> None:
        with self._lock:
            self._looked_at = None


def _ranking(trial: Trial, matches: Counter[Match], score: Callable[[Match], int]) -> Ranking | None:
    """`score` says who wins a match: 1 the model that was shown, -1 its challenger, 0 neither."""
    places = {model_id: number for number, model_id in enumerate(trial.model_ids)}
    wins, ties = np.zeros((2, len(places), len(places)))
    for match, faces in matches.items():
        shown, challenger, result = places[match.shown], places[match.challenger], score(match)
        if result == 0:
            ties[shown, challenger] += faces
            ties[challenger, shown] += faces
        else:
            wins[(shown, challenger) if result > 0 else (challenger, shown)] += faces
    return rank(wins, ties) if matches else None


def _pairs(trial: Trial, matches: Counter[Match]) -> dict[tuple[str, str], Tally]:
    found, names = {}, trial.model_ids
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            as_shown, as_challenger = _tally(matches, one, other), _tally(matches, other, one)
            found[one, other] = Tally(
                as_shown.wins + as_challenger.losses,
                as_shown.losses + as_challenger.wins,
                as_shown.both_right + as_challenger.both_right,
                as_shown.both_wrong + as_challenger.both_wrong,
            )
    return found


def _by_shown(trial: Trial, matches: Counter[Match]) -> dict[tuple[str, str], Tally]:
    names = trial.model_ids
    return {(one, other): _tally(matches, one, other) for one in names for other in names if one != other}


def _tally(matches: Counter[Match], shown: str, challenger: str) -> Tally:
    counts: Counter[tuple[bool, bool]] = Counter()
    for match, faces in matches.items():
        if (match.shown, match.challenger) == (shown, challenger):
            counts[match.shown_right, match.challenger_right] += faces
    return Tally(counts[True, False], counts[False, True], counts[True, True], counts[False, False])
