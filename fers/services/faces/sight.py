"""Which of the stored faces somebody may look at."""

import re

from fers.domain.faces import Face
from fers.domain.interfaces import RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import NotFound

_ID = re.compile("[0-9a-f]{1,64}")


def face_in_sight(records: RecordStore, actor: Person, face_id: str) -> Face:
    """A face of a study that the actor may look through. `face_id` may be anything: it comes from addresses too.

    Raises NotFound when there is no such face (any more), NotSignedIn or NotPermitted.
    """
    face = records.face(face_id) if _ID.fullmatch(face_id) else None
    if face is None:  # Whoever looks through any study may know that much.
        require(actor, Action.VIEW_DATASET, actor.study_id if actor else None)
        raise NotFound("photo.gone")
    require(actor, Action.VIEW_DATASET, face.study_id)
    return face
