"""Where FERS looks for data and models, and what it refuses."""

import pytest

from fers import config
from fers.config import HOME
from fers.errors import InvalidInput


def test_data_and_added_models_lie_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = config.load({})
    assert settings.data == tmp_path / "data"
    assert settings.models == (tmp_path / "models", HOME / "models")


def test_in_the_folder_of_fers_its_models_are_looked_for_once(monkeypatch):
    monkeypatch.chdir(HOME)
    assert config.load({}).models == (HOME / "models",)


def test_who_names_a_folder_of_models_has_no_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert config.load({"FERS_MODELS": "mine"}).models == (tmp_path / "mine",)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "8501.5"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(InvalidInput, match=f"PORT={port} is"):
        config.load({"PORT": port})
