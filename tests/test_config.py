"""Where FERS looks for data and models."""

from fers import config
from fers.config import HOME


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
