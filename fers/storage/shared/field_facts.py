"""What each face says about models, the same in every store.

Confidences are kept in millionths: whole numbers can be taken off a sum again without leaving anything behind.
"""

from fers.domain.exploring import week_of
from fers.domain.faces import Face
from fers.domain.field import match_of

MILLION = 1_000_000
_NUMBERS = ("before", "shown_right", "rival_right", "closer")


def guess_facts(face: Face) -> dict[str, str | int]:
    """What the guess that its person met adds to the sums of its study, week and model."""
    prediction, label = face.prediction, face.answer.label
    guess, confidence = prediction.top(1)[0]
    return {
        "study_id": face.study_id,
        "week": week_of(face.given_at).isoformat(),
        "model": f"{prediction.model_id} {prediction.model_version}",
        "millionths": round(confidence * MILLION),
        "squares": round(confidence**2 * MILLION),
        "unsure": int(not prediction.sure),
        "labelled": int(label is not None),
        "agreed": int(label is guess),
    }


def match_facts(face: Face) -> dict[str, str | int]:
    """What the face says about two models; all empty when nothing."""
    match = match_of(face)
    if match is None:
        return {"trial_id": "", "shown": "", "rival": ""} | dict.fromkeys(_NUMBERS, 0)
    return {
        "trial_id": match.trial_id,
        "shown": match.shown,
        "rival": match.challenger,
        "before": int(match.before),
        "shown_right": int(match.shown_right),
        "rival_right": int(match.challenger_right),
        "closer": match.closer,
    }
