"""Roles and times in the words people read."""

from datetime import datetime

from fers.domain.people import Role


def role_words(role: Role) -> str:
    """A role with its article: "an annotator"."""
    return f"a{'n' if role.value[0] in 'aeiou' else ''} {role}"


def moment(time: datetime) -> str:
    return f"{time:%d %b %Y, %H:%M} (UTC)"
