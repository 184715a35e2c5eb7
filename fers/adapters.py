"""What the settings name: the store, the registered models, the face detector. Each is imported when it is opened."""

from importlib import import_module
from typing import TYPE_CHECKING

from fers.config import STORES, Settings
from fers.domain.clock import Clock, utc_now

if TYPE_CHECKING:
    from fers.domain.data_protection import StoreDescription
    from fers.domain.interfaces import FaceDetector, Stores
    from fers.inference.registry import ModelRegistry


def open_stores(settings: Settings, now: Clock = utc_now) -> "Stores":
    """Open the store that the settings name; only its libraries are imported. Raises InvalidInput where a setting that
    it needs is missing, and StoreUnavailable."""
    return import_module(STORES[settings.store]).open_stores(settings, now)


def store_description(settings: Settings) -> "StoreDescription":
    """What a data-protection summary says of the store that the settings name, which need not be open."""
    return import_module(f"{STORES[settings.store]}.description").describe(settings)


def registry(settings: Settings) -> "ModelRegistry":
    """The registered models, without a store."""
    from fers.inference.registry import ModelRegistry

    return ModelRegistry(settings.models, settings.default_model)


def face_detector() -> "FaceDetector":
    from fers.inference.faces import BlazeFaceDetector

    return BlazeFaceDetector()
