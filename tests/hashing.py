"""Passwords that are hashed at once: what argon2id costs on purpose, tests pay hundreds of times."""

from functools import partial

import pytest
from argon2 import PasswordHasher


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch) -> None:
    """Import it into a conftest.py: it holds for the tests beside that one and below."""
    quick = partial(PasswordHasher, time_cost=1, memory_cost=1024, parallelism=1)
    monkeypatch.setattr("fers.storage.shared.credentials.PasswordHasher", quick)
