"""What a study's protocol may be like."""

from fers.domain.groups import DIMENSIONS
from fers.domain.protocols import Protocol, Quota, Task
from fers.domain.studies import Study
from fers.errors import InvalidInput

MOST_TASKS = 50
"""For one person. Nobody does more."""
LONGEST_SCENARIO = 500
"""Characters. It is read with the camera on."""
LARGEST_QUOTA = 1_000_000


def check_protocol(study: Study) -> None:
    """Raises InvalidInput for a protocol that can't be followed."""
    protocol = study.protocol
    for number, task in enumerate(protocol.tasks, start=1):
        _check_task(number, task)
    if len(protocol.asked) > MOST_TASKS:
        raise InvalidInput("protocol.too-many-tasks", most=MOST_TASKS)
    if protocol.per_person is not None and not 1 <= protocol.per_person <= len(protocol.asked):
        raise InvalidInput("protocol.per-person", most=max(1, len(protocol.asked)))
    for quota in protocol.quotas:
        _check_quota(study, quota)
    faces = [(quota.intended, quota.group) for quota in protocol.quotas]
    for intended, group in faces:
        if faces.count((intended, group)) > 1:
            raise InvalidInput("protocol.quota-twice", expression=intended.label)


def _check_task(number: int, task: Task) -> None:
    if len(task.scenario) > LONGEST_SCENARIO:
        raise InvalidInput("protocol.scenario-too-long", number=number, longest=LONGEST_SCENARIO)
    if not 1 <= task.times <= MOST_TASKS:
        raise InvalidInput("protocol.times", number=number, most=MOST_TASKS)


def _check_quota(study: Study, quota: Quota) -> None:
    if not 1 <= quota.wanted <= LARGEST_QUOTA:
        raise InvalidInput("protocol.quota", expression=quota.intended.label, largest=LARGEST_QUOTA)
    if not _asks_for(study.protocol, quota):
        raise InvalidInput("protocol.quota-without-task", expression=quota.intended.label)
    if quota.group is None:
        return
    about, answer = quota.group
    if answer not in DIMENSIONS.get(about, ()):
        raise InvalidInput("protocol.no-such-group")
    if not study.asks_groups:
        raise InvalidInput("protocol.groups-not-asked")


def _asks_for(protocol: Protocol, quota: Quota) -> bool:
    return any(task.intended is quota.intended for task in protocol.tasks)
