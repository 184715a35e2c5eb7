"""The registered models: every model folder below one folder."""

import difflib
import threading
from pathlib import Path

from fers.domain.interfaces import Classifier
from fers.domain.models import ModelInfo
from fers.errors import FersError, UnknownModel
from fers.inference.keras_classifier import KerasClassifier
from fers.inference.model_folder import DESCRIPTION, ModelFolder, read_model_folder


class ModelRegistry:
    """Safe to share between threads: each model is loaded once, by the first who asks."""

    def __init__(self, folder: Path, default_id: str):
        self._folder = folder
        self._default_id = default_id
        self._loaded: dict[Path, Classifier] = {}
        self._lock = threading.Lock()

    def models(self) -> list[ModelInfo]:
        """What is known about each model, by id, without loading any. Raises ModelRejected."""
        folders = sorted(path.parent for path in self._folder.glob(f"*/{DESCRIPTION}"))
        return [read_model_folder(folder).info for folder in folders]

    def default(self) -> ModelInfo:
        """The live model. Raises UnknownModel when it is not registered."""
        return self._find(self._default_id).info

    def classifier(self, model_id: str | None = None) -> Classifier:
        """The model called `model_id` (or in the model folder of that path), or the default one.

        Raises UnknownModel, which names the models that sound alike, or ModelRejected.
        """
        folder = self._find(model_id or self._default_id)
        with self._lock:
            if folder.path not in self._loaded:
                self._loaded[folder.path] = KerasClassifier(folder)
            return self._loaded[folder.path]

    def preload(self) -> None:
        """Begin to load the default model in the background, so that the first prediction is quick."""
        threading.Thread(target=self._preload, name="model preload", daemon=True).start()

    def _preload(self) -> None:
        try:
            self.classifier()
        except FersError:
            return  # Whoever asks for the prediction is told; here nobody listens.

    def _find(self, model_id: str) -> ModelFolder:
        for path in (self._folder / model_id, Path(model_id)):
            if (path / DESCRIPTION).is_file():
                return read_model_folder(path)
        known = [path.parent.name for path in sorted(self._folder.glob(f"*/{DESCRIPTION}"))]
        near = difflib.get_close_matches(model_id, known, cutoff=0.4) or known
        raise UnknownModel(
            f"There is no model called {model_id}.",
            f"There is: {', '.join(near)}." if near else f"No model is registered in {self._folder}.",
        )
