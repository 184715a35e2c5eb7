"""What the annotators of one face say together, and whether that is enough."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from fers.domain.emotions import Emotion
from fers.domain.labels import Label, Opinion, Verdict
from fers.domain.versions import Vote

OUTCOMES: tuple[Emotion | Verdict, ...] = (*Emotion, Verdict.UNKNOWN, Verdict.NOT_A_FACE)
"""What a face can turn out to be, in the order of the columns of error rates. A flag is a question to the researcher
and no vote."""

_Said = TypeVar("_Said", bound=Label | Vote)

_INDEX = {outcome: index for index, outcome in enumerate(OUTCOMES)}


@dataclass(frozen=True)
class Consensus:
    """What the votes on one face come to."""

    outcome: Emotion | Verdict | None
    """One of `OUTCOMES`; None for a tie."""
    support: float
    """The share of the votes for the outcome, or its probability, 0 to 1; for a tie that of each of the tied."""
    votes: int

    @property
    def emotion(self) -> Emotion | None:
        """None where they tie, or see no emotion."""
        return self.outcome if isinstance(self.outcome, Emotion) else None


def vote_of(label: Label | Vote) -> int | None:
    """An index into `OUTCOMES`: of the emotion with the largest share, "unknown" or "not a face"."""
    return _INDEX.get(label.verdict if label.emotion is None else label.emotion)


def votes_of(labels: Iterable[Label | Vote]) -> list[int]:
    """The votes on one face, as indices into `OUTCOMES`."""
    return [vote for label in labels if (vote := vote_of(label)) is not None]


def of_people(labels: Iterable[_Said]) -> Iterator[_Said]:
    """Without what an imported set says itself: all that tells how people agree."""
    return (label for label in labels if not label.of_a_set)


def plurality(votes: Collection[int]) -> Consensus | None:
    """What one face's votes, as indices into `OUTCOMES`, come to: the outcome with the most, none for a tie. None
    without a vote."""
    if not votes:
        return None
    (first, most), *others = Counter(votes).most_common(2)
    is_tied = any(count == most for _, count in others)
    return Consensus(None if is_tied else OUTCOMES[first], most / len(votes), len(votes))


def opinion_of(labels: Collection[Label]) -> Opinion | None:
    """What those who labelled one face make of it; None where nobody did, or only flagged it. An imported set's own
    label counts in what is seen, and not in how far people agree."""
    consensus = plurality(votes_of(labels))
    return None if consensus is None else Opinion(consensus.emotion, agreeing_pairs(of_people(labels)))


def agreeing_pairs(labels: Iterable[Label | Vote]) -> float | None:
    """The share, 0 to 1, of the pairs of votes on one face that say the same (P_i of Fleiss, Psychological Bulletin 76,
    1971); None with fewer than two votes."""
    counts = Counter(votes_of(labels)).values()
    votes = sum(counts)
    return sum(count * (count - 1) for count in counts) / (votes * (votes - 1)) if votes > 1 else None


def needs_more_votes(consensus: Consensus, least_support: float = 0.6, most_votes: int = 9) -> bool:
    """Whether the face goes back to the queue: its votes tie, or the outcome has less than `least_support`. A face that
    has `most_votes` does not: it is ambiguous, and more votes would say so again.

    With the defaults two of three are enough, two of four are not.
    """
    return consensus.votes < most_votes and (consensus.outcome is None or consensus.support < least_support)


def labels_wanted(labels: Collection[Label]) -> int:
    """How many labels of annotators a face needs, however few its study asks for: one more than it has, as long as all
    there are don't settle it; 0 once they do."""
    consensus = plurality(votes_of(labels))
    return len(list(of_people(labels))) + 1 if consensus is not None and needs_more_votes(consensus) else 0
