"""A sample study of two weeks, which is made in seconds."""

import pytest

from fers.demo import study


def shrink(patch: pytest.MonkeyPatch, people_a_week: int = 3) -> None:
    """Have `fers.demo` make a small one, as long as `patch` lasts."""
    small = {"WEEKS": 2, "PEOPLE_A_WEEK": people_a_week, "FIRST_VERSION_AFTER": 1, "TRIAL_WEEKS": (1, 2)}
    for name, value in small.items():
        patch.setattr(study, name, value)
