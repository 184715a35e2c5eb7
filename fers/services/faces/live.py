"""Live: what a person's own browser needs to name their expression, without a picture leaving their device."""

from typing import Any

from fers.domain.interfaces import BrowserNetworks, Models
from fers.domain.models import ModelInfo
from fers.domain.people import Person
from fers.domain.permissions import Action, require


class Live:
    def __init__(self, networks: BrowserNetworks, models: Models):
        self._networks = networks
        self._models = models

    def models(self, actor: Person) -> list[ModelInfo]:
        """The models that run in a browser, the live one first. Raises UnknownModel."""
        require(actor, Action.GIVE_FACE)
        live = self._models.default().id
        return sorted(self._networks.models(), key=lambda info: info.id != live)

    def plan(self, actor: Person, model_id: str) -> dict[str, Any]:
        """How a browser loads, feeds and reads the model and the face detector. Raises UnknownModel, ModelRejected."""
        require(actor, Action.GIVE_FACE)
        return self._networks.plan(model_id)

    def network(self, name: str) -> bytes | None:
        """The file called `name` in a plan: knowing that name, which only a plan tells, is the permission."""
        return self._networks.network(name)
