"""What is translated where pages show it and stands in parts of FERS that know no languages."""

import re
from collections.abc import Iterator

from fers.domain.consent import Purpose
from fers.domain.hints import Hint
from fers.domain.labelling_guide import STARTING_GUIDE
from fers.domain.permissions import Action
from fers.services.people.consents import IN_A_COPY

ERRORS = re.compile(
    r"(?:permission|account|sign-in|email|password|consent|arrival|participation|groups|withdrawal|data-export|photo|capture"
    r"|review|saliency|question"
    r"|store|record)\..*|study\.(?:gone|closed)|invitation\.(?:over|account-gone)|disk\.nearly-full"
)
"""The codes of failures that participants and annotators meet; those of others stay in English."""


def elsewhere() -> Iterator[str]:
    """These messages, but for those of failures."""
    yield from (purpose.question for purpose in Purpose)
    yield from (hint.value for hint in Hint)
    yield from (action.value for action in Action)
    yield from IN_A_COPY
    yield STARTING_GUIDE
