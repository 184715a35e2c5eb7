from dataclasses import replace

import pytest

from fers import config
from fers.platform import assemble
from tests.people import OneFace, OneModel, SettableClock


@pytest.fixture
def clock():
    return SettableClock()


@pytest.fixture
def settings(tmp_path):
    """Settings of a store of its own."""
    return replace(config.load({}), data=tmp_path / "data")


@pytest.fixture
def platform(settings, clock):
    """Every service on a fresh embedded store, with a model and a detector that answer at once."""
    return assemble(settings, models=OneModel(), detector=OneFace(), now=clock)
