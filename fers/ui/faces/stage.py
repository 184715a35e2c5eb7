"""Where giving a face takes place: in earnest, or in a rehearsal, in which nothing is kept."""

from fers.assembly import Platform
from fers.services.faces.rehearsals import Rehearsal
from fers.ui.services import platform
from fers.ui.state import state


def stage() -> Platform | Rehearsal:
    """The services that whoever gives a face meets in this tab."""
    rehearsing = state().rehearsing
    return rehearsing.rehearsal if rehearsing else platform()
