"""Which pages are in somebody's menu, what they came to do first: that is where they land."""

from urllib.parse import parse_qs

from streamlit.runtime.scriptrunner import get_script_run_ctx

from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.ui.services import platform

_WORK = {
    "study": Action.MANAGE_STUDY,
    "explore": Action.VIEW_DATASET,
    "review": Action.REVIEW,
    "agreement": Action.VIEW_DATASET,
    "datasets": Action.SHARE_DATASET,
    "models": Action.COMPARE_MODELS,
    "arena": Action.COMPARE_MODELS,
    "field": Action.COMPARE_MODELS,
}
_GIVING = ["give", "live", "my_data", "consent"]
_ASKED_FOR = {*_WORK, *_GIVING, "face", "join", "rehearse"}
LONGEST_QUERY = 2000
"""Characters."""


def pages_of(person: Person) -> list[str]:
    """The addresses of the pages in the menu of `person`, in its order."""
    study_id = platform().studies.current(person).id
    work = [page for page, action in _WORK.items() if allowed(person, action, study_id)]
    return [*work, *_own(person)]


def _own(person: Person) -> list[str]:
    """Whoever is asked again finds everything in its place, behind what they are asked."""
    if platform().consents.current(person) is not None:
        return _GIVING
    if platform().consents.latest(person) is not None:
        return ["consent", "give", "live", "my_data"]
    return ["consent", "my_data"]


def landing(person: Person) -> str:
    """The page file on which `person` lands."""
    return f"pages/{pages_of(person)[0]}.py"


def is_front_door() -> bool:
    """Whether the browser just opened the front page by its address: from there whoever is signed in is led on at once,
    and what they pressed in a menu meanwhile would be lost."""
    pages = get_script_run_ctx().pages_manager
    return not (pages.intended_page_script_hash or pages.intended_page_name)


def page_asked_for(address: str) -> tuple[str, dict[str, list[str]]] | None:
    """The page file that an address such as "face?id=1" names, and what it says after the question mark; None unless
    it is a page of ours that people can ask for."""
    page, _, query = address.partition("?")
    if page not in _ASKED_FOR or len(query) > LONGEST_QUERY:
        return None
    return f"pages/{page}.py", parse_qs(query)
