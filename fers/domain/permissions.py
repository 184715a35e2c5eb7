"""Who may do what. The one table that services consult.

What happens in a study is decided by the actor's role there. Without a study only the role everywhere counts, so a
service that forgets to name one lets too few people in, never too many.
"""

from enum import StrEnum

from fers.domain.people import Person, Role
from fers.errors import NotPermitted, NotSignedIn


class Action(StrEnum):
    GIVE_FACE = "give a face"
    MANAGE_OWN_DATA = "manage your own data"
    REVIEW = "label the study's faces"
    VIEW_DATASET = "see the collected faces"
    SHARE_DATASET = "freeze or download dataset versions"
    COMPARE_MODELS = "compare models"
    MANAGE_MODELS = "register models or change the live one"
    MANAGE_STUDY = "change the study"
    RUN_INSTALLATION = "run this installation"
    """Make studies, give roles everywhere: never a matter of one study."""


_ALLOWED: dict[Role, frozenset[Action]] = {
    Role.PARTICIPANT: frozenset({Action.GIVE_FACE, Action.MANAGE_OWN_DATA}),
    Role.ANNOTATOR: frozenset({Action.GIVE_FACE, Action.MANAGE_OWN_DATA, Action.REVIEW}),
    Role.RESEARCHER: frozenset(
        {
            Action.GIVE_FACE,
            Action.MANAGE_OWN_DATA,
            Action.REVIEW,
            Action.VIEW_DATASET,
            Action.SHARE_DATASET,
            Action.COMPARE_MODELS,
            Action.MANAGE_MODELS,
        }
    ),
    Role.ADMINISTRATOR: frozenset(Action),
}


def allowed(actor: Person | None, action: Action, study_id: str | None = None) -> bool:
    """Whether `actor` (None when nobody is signed in) may do `action`, in the study if one is named."""
    if actor is None:
        return False
    role = actor.role if action is Action.RUN_INSTALLATION else actor.role_in(study_id)
    return action in _ALLOWED[role]


def require(actor: Person | None, action: Action, study_id: str | None = None) -> Person:
    """Return `actor` when they may do `action`. Raises NotSignedIn or NotPermitted otherwise."""
    if actor is None:
        raise NotSignedIn("permission.signed-out")
    if not allowed(actor, action, study_id):
        raise NotPermitted("permission.lacking", action=action)
    return actor
