"""The registered models: every model folder below some folders."""

import difflib
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fers.domain.models import ModelInfo
from fers.errors import FersError, ModelRejected, UnknownModel
from fers.inference.classifier import FolderClassifier
from fers.inference.model_folder import DESCRIPTION, ModelFolder, read_model_folder
from fers.inference.runtimes import refuse_unserved

if TYPE_CHECKING:
    from fers.domain.interfaces import Classifier


class ModelRegistry:
    """Those below `folders`; of two models with one id, that in the earlier folder. Safe to share between threads: each
    model is loaded once, by the first who asks."""

    def __init__(self, folders: Sequence[Path], default_id: str):
        self._folders = folders
        self._default_id = default_id
        self._read: dict[Path, tuple[int, ModelFolder]] = {}
        self._loaded: dict[Path, Classifier] = {}
        self._lock = threading.Lock()

    def models(self) -> list[ModelInfo]:
        """What is known about each model, by id, without loading any. Folders in `refused` are left out."""
        return [read.info for read in self._registered().values() if isinstance(read, ModelFolder)]

    def refused(self) -> dict[str, ModelRejected]:
        """Why folders that should hold a model can't be used, by their names."""
        return {path.name: read for path, read in self._registered().items() if isinstance(read, ModelRejected)}

    def default(self) -> ModelInfo:
        """The model that the settings name. Raises UnknownModel or ModelRejected."""
        return self.find(self._default_id).info

    def find(self, model_id: str) -> ModelFolder:
        """The folder of the model called `model_id`, or the model folder of that path.

        Raises UnknownModel, which names the models that sound alike, or ModelRejected.
        """
        for path in (*(folder / model_id for folder in self._folders), Path(model_id)):
            if (path / DESCRIPTION).is_file():
                return self._folder_at(path)
        known = [path.name for path in self._paths()]
        near = difflib.get_close_matches(model_id, known, cutoff=0.4) or known
        if near:
            raise UnknownModel("model.unknown", model=model_id, near=near)
        raise UnknownModel("model.none-registered", model=model_id, folder=self._folders[0])

    def classifier(self, model_id: str | None = None) -> "Classifier":
        """The model called `model_id` (or in the model folder of that path), or the default one, loaded.

        Raises UnknownModel or ModelRejected.
        """
        folder = self.find(model_id or self._default_id)
        if not self._is_loaded(folder):  # Nobody who asks for another model waits for this one.
            with self._lock:
                if not self._is_loaded(folder):
                    self._loaded[folder.path] = FolderClassifier(folder)
        return self._loaded[folder.path]

    def preload(self, model_id: str | None = None) -> None:
        """Begin to load a model in the background, so that the first prediction is quick. Nothing happens for one that
        is loaded, or can't be: whoever asks for the prediction is told."""
        with suppress(FersError):
            if not self._is_loaded(self.find(model_id or self._default_id)):
                threading.Thread(target=self._preload, args=[model_id], name="model preload", daemon=True).start()

    def _preload(self, model_id: str | None) -> None:
        with suppress(FersError):
            self.classifier(model_id)

    def _is_loaded(self, folder: ModelFolder) -> bool:
        loaded = self._loaded.get(folder.path)
        return loaded is not None and loaded.info == folder.info

    def _registered(self) -> dict[Path, ModelFolder | ModelRejected]:
        read: dict[Path, ModelFolder | ModelRejected] = {}
        for path in self._paths():
            try:
                read[path] = self._folder_at(path)
            except ModelRejected as error:
                read[path] = error
        return read

    def _paths(self) -> list[Path]:
        """Of the registered models, by their ids."""
        found = [file.parent for folder in reversed(self._folders) for file in folder.glob(f"*/{DESCRIPTION}")]
        return [path for _, path in sorted({path.name: path for path in found}.items())]

    def _folder_at(self, path: Path) -> ModelFolder:
        """Read the folder's description, or what was read of it when it has not changed since."""
        try:
            changed = (path / DESCRIPTION).stat().st_mtime_ns
        except OSError as error:  # Removed since it was listed.
            raise ModelRejected("model.no-description", folder=path.name) from error
        read = self._read.get(path)
        if read is None or read[0] != changed:
            folder = read_model_folder(path)
            refuse_unserved(folder.weights)
            read = self._read[path] = (changed, folder)
        return read[1]
