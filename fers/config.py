"""The environment, read once into `Settings`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from fers.errors import InvalidInput

STORES = {"embedded": "fers.storage.sqlite", "firebase": "fers.storage.firebase"}
"""The back ends there are, by the package whose `open_stores` opens one."""
_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "home"
HOME = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
"""Where `app.py`, `pages/`, `.streamlit/` and the models that come with FERS lie: at the top of the repository, which
pyproject.toml lays into the package when FERS is built."""
_LAST_PORT = 65535
_LARGEST = 1_000_000
"""Of any number here: of hours, more than a century."""
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
"""Which browsers leave out of an address."""
_NAMES = (
    "FERS_STORE",
    "FERS_DATA",
    "FERS_FIREBASE_PROJECT",
    "FERS_FIREBASE_BUCKET",
    "FERS_FIREBASE_API_KEY",
    "FERS_MODELS",
    "FERS_MODEL",
    "FERS_ADDRESS",
    "FERS_SIGNED_OUT_PAGES",
    "FERS_SESSION_IDLE_MINUTES",
    "FERS_SESSION_HOURS",
    "FERS_JOB_LEASE_SECONDS",
)
_ALIKE = 0.85
"""How like one of these another name is that was meant to be it. Some installations set FERS_PORT or FERS_SERVICE_HOST
for a service named "fers": those are not."""
DEMO = "demo.json"
"""A file of this name beside a store says that it holds a sample study."""


@dataclass(frozen=True)
class Settings:
    store: str
    """Where records and images are kept: "embedded" or "firebase" (`FERS_STORE`)."""
    data: Path
    """Folder of the embedded store (`FERS_DATA`; without it, `data` in the current folder)."""
    firebase_project: str
    """Id of the Firebase project (`FERS_FIREBASE_PROJECT`)."""
    firebase_bucket: str
    """Name of its Cloud Storage bucket (`FERS_FIREBASE_BUCKET`)."""
    firebase_api_key: str
    """Its Web API key, by which passwords are checked; it is no secret (`FERS_FIREBASE_API_KEY`)."""
    models: tuple[Path, ...]
    """Folders of model folders, of which the first takes what is registered (`FERS_MODELS` alone; without it, `models`
    in the current folder, and those that come with FERS)."""
    default_model: str
    """Id of the model that participants meet until another is made live in the app (`FERS_MODEL`)."""
    port: int
    """`PORT`."""
    addresses: tuple[str, ...]
    """Origins by which people reach FERS from elsewhere, as "https://faces.example.org" (`FERS_ADDRESS`, with commas
    between several)."""
    signed_out_pages: int
    """How many pages of people who are not signed in may be open on a server at most (`FERS_SIGNED_OUT_PAGES`)."""
    session_idle: timedelta
    """A session ends when nothing happened for this long (`FERS_SESSION_IDLE_MINUTES`)."""
    session_lifetime: timedelta
    """A session ends after this long in any case (`FERS_SESSION_HOURS`)."""
    job_lease: timedelta
    """A background job that nobody was heard of for this long is taken up anew (`FERS_JOB_LEASE_SECONDS`)."""

    @property
    def is_demo(self) -> bool:
        """Whether the store holds a sample study."""
        return self.store == "embedded" and (self.data / DEMO).exists()


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings. Raises InvalidInput naming the variable that can't be used."""
    _require_meant(environment)
    project = environment.get("FERS_FIREBASE_PROJECT") or ""
    return Settings(
        store=_store(environment),
        data=Path(environment.get("FERS_DATA") or "data").resolve(),
        firebase_project=project,
        firebase_bucket=environment.get("FERS_FIREBASE_BUCKET") or f"{project}.firebasestorage.app",
        firebase_api_key=environment.get("FERS_FIREBASE_API_KEY") or "",
        models=_model_folders(environment),
        default_model=environment.get("FERS_MODEL") or "vgg13-ferplus",
        port=_port(environment),
        addresses=_addresses(environment),
        signed_out_pages=_whole_number(environment, "FERS_SIGNED_OUT_PAGES", 600),
        session_idle=timedelta(minutes=_whole_number(environment, "FERS_SESSION_IDLE_MINUTES", 60)),
        session_lifetime=timedelta(hours=_whole_number(environment, "FERS_SESSION_HOURS", 12)),
        job_lease=timedelta(seconds=_whole_number(environment, "FERS_JOB_LEASE_SECONDS", 120)),
    )


def _require_meant(environment: Mapping[str, str]) -> None:
    """Refuse what would go unnoticed: a name that is nearly one of these, and what only a shell would have taken away
    or put in. A store would be made in another folder, and looked for there by whoever restores it."""
    for name in sorted(environment):
        if name.startswith("FERS_") and name not in _NAMES and (meant := get_close_matches(name, _NAMES, 1, _ALIKE)):
            raise InvalidInput("settings.misspelt", name=name, meant=meant[0])
    for name in _NAMES:
        text = environment.get(name) or ""
        if text != text.strip(" \t\r\n'\"") or text.startswith("~"):
            raise InvalidInput("settings.as-for-a-shell", name=name, value=text)


def _store(environment: Mapping[str, str]) -> str:
    store = environment.get("FERS_STORE") or "embedded"
    if store not in STORES:
        raise InvalidInput("settings.unknown-store", store=store, stores=STORES)
    return store


def _model_folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    if chosen := environment.get("FERS_MODELS"):
        return (Path(chosen).resolve(),)
    return tuple(dict.fromkeys([Path("models").resolve(), HOME / "models"]))


def _addresses(environment: Mapping[str, str]) -> tuple[str, ...]:
    found = []
    for text in filter(None, map(str.strip, (environment.get("FERS_ADDRESS") or "").split(","))):
        try:
            found.append(_origin(text.lower().rstrip("/")))
        except ValueError as error:
            raise InvalidInput("settings.not-an-address", value=text) from error
    return tuple(found)


def _origin(text: str) -> str:
    """The address alone, as browsers name it: no path, no query, nobody's name, no port that goes without saying, and
    letters as the network has them. Raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or text != f"{parts.scheme}://{parts.netloc}":
        raise ValueError
    if "@" in parts.netloc or " " in text or not text.isascii() or parts.port == 0:  # One above 65535 is refused here.
        raise ValueError
    return text.removesuffix(_DEFAULT_PORTS[parts.scheme])


def _port(environment: Mapping[str, str]) -> int:
    port = _whole_number(environment, "PORT", 8501)
    if port > _LAST_PORT:
        raise InvalidInput("settings.no-port", value=str(port))
    return port


def _whole_number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not text.strip("0"):
        raise InvalidInput("settings.not-a-whole-number", name=name, value=text)
    if len(text) > len(str(_LARGEST)) or int(text) > _LARGEST:
        raise InvalidInput("settings.too-large", name=name, value=text, largest=_LARGEST)
    return int(text)
