"""Which model is live: the one that participants meet."""

import threading
from datetime import datetime, timedelta

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.interfaces import Classifier, Models, PromotionStore, RecordStore
from fers.domain.models import ModelInfo, Promotion
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import ModelRejected, UnknownModel

_LOOK_AGAIN_AFTER = timedelta(seconds=30)
"""So long a server may go on with the model before."""
_REMEMBERED = 20
"""Promotions to go back through, should models be gone."""


class LiveModel:
    """The registered models, of which the live one is what was promoted last and is still there; without any, the one
    that the settings name."""

    def __init__(self, models: Models, promotions: PromotionStore, records: RecordStore, now: Clock = utc_now):
        self._models = models
        self._promotions = promotions
        self._records = records
        self._now = now
        self._lock = threading.Lock()
        self._promoted: list[str] = []
        self._looked_at: datetime | None = None

    def models(self) -> list[ModelInfo]:
        return self._models.models()

    def refused(self) -> dict[str, ModelRejected]:
        return self._models.refused()

    def default(self) -> ModelInfo:
        return self._history()[0]

    def classifier(self, model_id: str | None = None) -> Classifier:
        return self._models.classifier(model_id or self.default().id)

    def preload(self, model_id: str | None = None) -> None:
        self._models.preload(model_id or self.default().id)

    def before(self) -> ModelInfo | None:
        """The model that was live before this one, to which `roll_back` leads."""
        live, *earlier = self._history()
        return next((info for info in earlier if info.id != live.id), None)

    def vanished(self) -> str | None:
        """The model that was promoted last, when it is no longer registered or can't be used any more."""
        promoted = self._latest()[:1]
        known = {info.id for info in self._models.models()}
        return next((model_id for model_id in promoted if model_id not in known), None)

    def log_registered(self, actor: Person, model_id: str) -> None:
        """Note in the log that `actor` registered a model. Raises UnknownModel when it is not there."""
        require(actor, Action.MANAGE_MODELS)
        info = next((info for info in self._models.models() if info.id == model_id), None)
        if info is None:
            raise UnknownModel("model.vanished", model=model_id)
        self._log(actor, "registered", info)

    def promote(self, actor: Person, model_id: str) -> None:
        """Make a registered model live, on every server within half a minute. Raises UnknownModel or ModelRejected."""
        require(actor, Action.MANAGE_MODELS)
        self._make_live(actor, self._models.classifier(model_id).info, "made live")

    def roll_back(self, actor: Person, to: str) -> None:
        """Make a model live again that was so before, by its id: of two people who go back to it at once, neither takes
        the other's step back. Raises UnknownModel when it was not live, or is gone."""
        require(actor, Action.MANAGE_MODELS)
        self._forget()
        live, *earlier = self._history()
        if live.id == to:  # Somebody else was quicker.
            return
        before = next((info for info in earlier if info.id == to), None)
        if before is None:
            raise UnknownModel("model.none-before")
        self._make_live(actor, before, "rolled back to")

    def _make_live(self, actor: Person, info: ModelInfo, how: str) -> None:
        # First the log: what is done is never unlogged.
        self._log(actor, how, info)
        self._promotions.promote(Promotion(info.id, self._now()))
        self._forget()

    def _forget(self) -> None:
        with self._lock:
            self._looked_at = None

    def _log(self, actor: Person, how: str, info: ModelInfo) -> None:
        self._records.append_audit(entry_by(actor, self._now(), f"{how}: {info.id} {info.version}", info.fingerprint))

    def _history(self) -> list[ModelInfo]:
        """The models that were live and still could be, the live one first. Raises UnknownModel or ModelRejected
        without any."""
        known = {info.id: info for info in self._models.models()}
        promoted = [known[model_id] for model_id in self._latest() if model_id in known]
        try:
            return [*promoted, self._models.default()]
        except (UnknownModel, ModelRejected):  # The one that the settings name may go, once another was promoted.
            if not promoted:
                raise
            return promoted

    def _latest(self) -> list[str]:
        with self._lock:
            if self._looked_at is None or self._now() - self._looked_at >= _LOOK_AGAIN_AFTER:
                self._promoted = [promotion.model_id for promotion in self._promotions.promotions(_REMEMBERED)]
                self._looked_at = self._now()
            return self._promoted
