"""`Classifier` on any model folder."""

import copy
import math

import numpy as np

from fers.domain.emotions import Emotion
from fers.domain.models import Answers, InputSpec, ModelInfo
from fers.errors import ModelRejected
from fers.inference.model_folder import ModelFolder, emotion_named
from fers.inference.output_kinds import fault, judged
from fers.inference.prepare import to_emotions, to_input
from fers.inference.runtimes import Steps, open_network, pick_output, tried
from fers.inference.saliency import enlarged, rise


class FolderClassifier:
    """The model of a folder, run by the runtime for its kind of weights. Safe to share between threads."""

    def __init__(self, folder: ModelFolder):
        """Load the folder's weights and try them once. Raises ModelRejected when they don't keep the folder's word."""
        folder.check_weights()
        self.info = folder.info
        network = open_network(folder.weights)
        output = pick_output(network.outputs, self.info.weights, self.info.output.name)
        beside = [pick_output(network.outputs, self.info.weights, name) for name in self.info.output.beside]
        self._answers, self._outputs = network.answers, (output, *beside)
        self._maps = network.maps and network.maps(output)
        spec = self.info.input
        if not _fits(spec.shape, network.input_shape):
            raise ModelRejected(
                "model.other-input", model=self.info.id, read=network.input_shape[1:], described=spec.shape
            )
        if network.steps:
            self._check_values(spec, network.steps)
        # Not one gray: what divides a picture by its own deviation has no answer to that.
        gray = np.linspace(0.4, 0.5, math.prod(spec.shape), dtype=np.float32).reshape(1, *spec.shape)
        self._check(tried(network, gray, self.info.weights, output))
        for name, index in zip(self.info.output.beside, beside, strict=True):
            self._check_beside(name, tried(network, gray, self.info.weights, index))

    def predict(self, faces: np.ndarray) -> np.ndarray:
        """`faces`: n x 224 x 224 x 3 RGB, uint8. Returns n x 8 probabilities (float) in the order of `Emotion`."""
        return self.answer(faces).probabilities

    def answer(self, faces: np.ndarray) -> Answers:
        """All that the model says about `faces` (as for `predict`). Raises ModelRejected when it is not finite, as
        happens to networks of few bits on pictures that nobody tried: the first class would be taken for the answer."""
        spec, output = self.info.input, self.info.output
        batch = to_input(faces, spec)
        said = self._answers(batch, self._outputs)
        if output.flip:
            width = 2 if spec.layout == "NHWC" else 3
            mirrored = self._answers(np.ascontiguousarray(np.flip(batch, width)), self._outputs)
            said = [(one + other) / 2 for one, other in zip(said, mirrored, strict=True)]
        emotions, *more = said
        with np.errstate(invalid="ignore"):
            probabilities = to_emotions(emotions, output)
        if not all(np.isfinite(numbers).all() for numbers in (probabilities, *more)):
            raise ModelRejected("network.not-finite", file=self.info.id)
        beside = dict(zip(output.beside, more, strict=True))
        return Answers(
            probabilities,
            beside[output.familiarity][:, 0] if output.familiarity else None,
            beside[output.valence_arousal].clip(-1, 1) if output.valence_arousal else None,
        )

    def outputs(self, faces: np.ndarray) -> np.ndarray:
        """What the network itself says of `faces` (as for `predict`): n x outputs, neither renamed nor calibrated."""
        return self._answers(to_input(faces, self.info.input), self._outputs[:1])[0]

    def explain(self, face: np.ndarray, emotions: list[Emotion]) -> np.ndarray:
        """Which pixels of a face (h x w x 3 RGB, uint8) spoke for each of `emotions`: n x h x w from 0 to 1 (most).

        Grad-CAM where the runtime tells gradients of feature maps, else RISE, which needs predictions only. An emotion
        that the network does not know gets zeros.
        """
        heat = self._grad_cam(face, emotions)
        if heat is None:
            return rise(self.predict, face, [int(emotion) for emotion in emotions])
        blank = np.zeros(face.shape[:2], np.float32)
        return np.stack([enlarged(heat.get(emotion, blank), face.shape) for emotion in emotions])

    def described_as(self, info: ModelInfo) -> "FolderClassifier":
        """The same loaded network under another description, whose input has the same shape."""
        other = copy.copy(self)
        other.info = info
        return other

    def _grad_cam(self, face: np.ndarray, emotions: list[Emotion]) -> dict[Emotion, np.ndarray] | None:
        """Maps for those of `emotions` that the network knows; None where the runtime can't tell."""
        if self._maps is None or self.info.input.layout != "NHWC":
            return None
        classes = [emotion_named(name) for name in self.info.output.classes]
        known = [emotion for emotion in emotions if emotion in classes]
        columns = [classes.index(emotion) for emotion in known]
        heat = self._maps(to_input(face[None], self.info.input), columns, self.info.output.kind)
        return None if heat is None else dict(zip(known, heat, strict=True))

    def _check_values(self, spec: InputSpec, steps: Steps) -> None:
        """Whole numbers hold little of values that they were not made for: 0 to 1, say, leaves black and white."""
        channels = zip(spec.mean, spec.std, strict=True) if spec.mean else [(0.0, 1.0)]
        for mean, std in channels:
            low, high = ((value - mean) / std for value in spec.range)
            if not steps.hold(low, high):
                raise ModelRejected(
                    "model.other-values",
                    model=self.info.id,
                    lowest=steps.lowest,
                    highest=steps.highest,
                    step=steps.step,
                    low=low,
                    high=high,
                )

    def _check_beside(self, name: str, said: np.ndarray) -> None:
        numbers = 1 if name == self.info.output.familiarity else 2
        if said.shape != (1, numbers):
            raise ModelRejected(
                "model.other-numbers-beside", model=self.info.id, output=name, numbers=numbers, said=said.shape[1:]
            )

    def _check(self, outputs: np.ndarray) -> None:
        spec = self.info.output
        if outputs.shape != (1, len(spec.classes)):
            raise ModelRejected(
                "model.other-number-of-outputs",
                model=self.info.id,
                outputs=outputs.shape[1:],
                classes=len(spec.classes),
            )
        # Logits may all happen to lie between 0 and 1; the self-test, which sees more of them, tells.
        if spec.kind != "logits" and fault(outputs, list(spec.classes), spec.kind):
            kind = judged(outputs, list(spec.classes))
            raise ModelRejected("model.other-kind", model=self.info.id, described=spec.kind, kind=kind)


def _fits(described: tuple[int, ...], read: tuple[int | None, ...]) -> bool:
    return all(there in (None, here) for here, there in zip(described, read[1:], strict=True))
