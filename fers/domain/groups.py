"""What people may say about themselves, so that models can be compared between groups. Nobody ever has to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fers.domain.consent import ConsentText

LEAST_PEOPLE = 5
"""A group of fewer people is shown to nobody (k-anonymity: Sweeney, IJUFKS 10, 2002)."""


class AgeBand(StrEnum):
    UNDER_30 = "18 to 29"
    UNDER_45 = "30 to 44"
    UNDER_60 = "45 to 59"
    OLDER = "60 or older"


class Gender(StrEnum):
    WOMAN = "woman"
    MAN = "man"
    ANOTHER = "non-binary or another gender"


class SkinTone(StrEnum):
    """Thirds of the Monk Skin Tone scale (Monk, 2019), whose ten tones would leave too few people in each."""

    LIGHT = "Monk 1 to 3"
    MEDIUM = "Monk 4 to 6"
    DARK = "Monk 7 to 10"


MONK_TONES = {
    SkinTone.LIGHT: ("#f6ede4", "#f3e7db", "#f7ead0"),
    SkinTone.MEDIUM: ("#eadaba", "#d7bd96", "#a07e56"),
    SkinTone.DARK: ("#825c43", "#604134", "#3a312a", "#292420"),
}
"""The scale's published colours, from its first to its tenth."""


@dataclass(frozen=True)
class SelfDescription:
    """What one person says about themselves to one study. None: they say nothing, which is kept as nothing."""

    person_id: str
    study_id: str
    words: ConsentText
    """What they explicitly agreed to when they said it."""
    given_at: datetime
    age: AgeBand | None = None
    gender: Gender | None = None
    skin: SkinTone | None = None

    def said(self) -> dict[str, str]:
        """What they said, by what it is about; only what they did say."""
        answers = {"Age": self.age, "Gender": self.gender, "Skin tone": self.skin}
        return {about: answer.value for about, answer in answers.items() if answer is not None}


DIMENSIONS = {
    "Age": [band.value for band in AgeBand],
    "Gender": [gender.value for gender in Gender],
    "Skin tone": [tone.value for tone in SkinTone],
}
"""Everything that can be said, by what it is about, as `SelfDescription.said` has it."""
