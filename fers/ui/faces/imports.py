"""Imports of what was uploaded, each in a process of its own."""

from functools import cache

from fers.domain.people import Person
from fers.services.faces.importing import Terms
from fers.services.faces.set_previews import Manner
from fers.ui.services import platform
from fers.ui.web.processes import Processes


class Imports:
    def __init__(self):
        self._here = Processes()

    def start(self, actor: Person, upload_id: str, manner: Manner, terms: Terms, detect: bool) -> None:
        """Have an upload imported. Raises NotFound, InvalidInput."""
        platform().uploads.order(actor, upload_id, manner, terms, detect)
        self._start(upload_id)

    def stop(self, actor: Person, upload_id: str) -> None:
        """Stop an import and forget the upload; what was imported so far stays."""
        self._here.stop(upload_id)  # First: one that has just been started would ask for the job again.
        platform().uploads.forget(actor, upload_id)

    def take_up(self) -> None:
        """Start what nobody does: whoever was doing it has died."""
        for upload_id in platform().uploads.to_carry_out():
            self._start(upload_id)

    def _start(self, upload_id: str) -> None:
        self._here.start(upload_id, "import-upload", upload_id)


@cache
def imports() -> Imports:
    return Imports()
