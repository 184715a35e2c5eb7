"""A study as participants meet it, for its owner to try: nothing is kept, nothing is counted."""

from fers.domain.permissions import Action
from fers.ui import guard
from fers.ui.faces import rehearsing

rehearsing.show(guard.enter(Action.MANAGE_STUDY))
