"""How good predictions are. All functions take `probabilities` (n x classes) and `labels` (n class ids)."""

import numpy as np

ECE_BINS = 15
LEAST_PROBABILITY = 1e-12


def top_k_accuracy(probabilities: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Share of faces, 0 to 1, whose label is among the `k` most probable classes."""
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return float((best == labels[:, None]).any(axis=1).mean())


def confusion_matrix(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """classes x classes counts: rows are labels, columns the most probable classes."""
    classes = probabilities.shape[1]
    pairs = labels * classes + probabilities.argmax(axis=1)
    counts: np.ndarray = np.bincount(pairs, minlength=classes**2)
    return counts.reshape(classes, classes)


def recall(confusion: np.ndarray) -> np.ndarray:
    """Recall of each class, 0 to 1; NaN for a class that no face has."""
    counts = confusion.sum(axis=1)
    shares: np.ndarray = np.divide(confusion.diagonal(), counts, out=np.full(len(counts), np.nan), where=counts > 0)
    return shares


def macro_f1(confusion: np.ndarray) -> float:
    """Mean F1, 0 to 1, over the classes that occur among the labels or the predictions. Columns behind those of the
    classes hold answers that are no class, and therefore wrong."""
    hits = confusion.diagonal()
    occurrences = confusion.sum(axis=1) + confusion[:, : len(hits)].sum(axis=0)
    occurs = occurrences > 0
    return float((2 * hits[occurs] / occurrences[occurs]).mean())


def negative_log_likelihood(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean of -ln(probability of the label), 0 or more. A probability of 0 counts as the least that is told apart."""
    of_label = np.take_along_axis(probabilities, labels[:, None], axis=1)
    return float(-np.log(of_label.clip(LEAST_PROBABILITY)).mean())


def bins_of(confidence: np.ndarray, bins: int = ECE_BINS) -> np.ndarray:
    """In which of `bins` equally wide bins, from 0 on, each of n numbers from 0 to 1 is. An edge belongs to the bin
    below it."""
    below: np.ndarray = np.ceil(confidence * bins).astype(int) - 1
    return below.clip(0, bins - 1)


def reliability(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = ECE_BINS
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Faces, mean confidence and accuracy (0 to 1) in each of the `bins_of` the largest probability. Confidence and
    accuracy of a bin without faces are NaN."""
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    bin_of = bins_of(confidence, bins)
    faces = np.bincount(bin_of, minlength=bins)
    sums = (np.bincount(bin_of, weights=values, minlength=bins) for values in (confidence, correct))
    return faces, *(np.divide(total, faces, out=np.full(bins, np.nan), where=faces > 0) for total in sums)


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean distance, 0 to 1, between confidence and accuracy over the bins of `reliability`, weighted by the faces in
    them (Guo et al., ICML 2017)."""
    faces, confidence, accuracy = reliability(probabilities, labels)
    return float(np.nansum(faces * np.abs(accuracy - confidence)) / len(labels))
