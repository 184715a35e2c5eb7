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


@pytest.mark.parametrize("number", ["1000001", "9" * 5000])
def test_a_number_that_no_date_could_hold_is_refused(number):
    with pytest.raises(InvalidInput, match="too large"):
        config.load({"FERS_SESSION_HOURS": number})


@pytest.mark.parametrize("value", ['"/srv/fers"', "'/srv/fers'", " ", "/srv/fers ", "/srv/fers\r", "~/fers"])
def test_a_folder_as_only_a_shell_reads_it_is_refused(value):
    """Container runtimes and service managers pass it on as it is: the store would be made in a folder of that name."""
    with pytest.raises(InvalidInput, match="FERS_DATA="):
        config.load({"FERS_DATA": value})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FERS_DAT", "FERS_DATA"),
        ("FERS_ADRESS", "FERS_ADDRESS"),
        ("FERS_SESION_HOURS", "FERS_SESSION_HOURS"),
        ("FERS_ADDRESSES", "FERS_ADDRESS"),
    ],
)
def test_a_misspelt_name_is_refused(name, meant):
    with pytest.raises(InvalidInput, match=rf"the setting {name}\. If {meant} was meant"):
        config.load({name: "5"})


def test_names_that_are_not_of_fers_are_left_alone():
    """Those of scripts that fetch versions, and those that Kubernetes sets for a service of this name."""
    for name in ("FERS_TOKEN", "FERS_SECRET", "FERS_PORT", "FERS_SERVICE_HOST", "FERS_PORT_8501_TCP_ADDR"):
        config.load({name: '"5"'})


@pytest.mark.parametrize(
    "address", ["https://[::1", "https://x:99999", "https://x:port", "https://a b.org", "https://fàces.org"]
)
def test_an_address_that_no_browser_names_is_refused(address):
    with pytest.raises(InvalidInput, match="is not an address"):
        config.load({"FERS_ADDRESS": address})


def test_a_port_that_browsers_leave_out_is_left_out():
    addresses = "https://faces.example.org:443,http://[::1]:80,https://faces.example.org:80"
    assert config.load({"FERS_ADDRESS": addresses}).addresses == (
        "https://faces.example.org",
        "http://[::1]",
        "https://faces.example.org:80",
    )


def test_empty_settings_are_none():
    assert config.load(
        dict.fromkeys(["FERS_DATA", "FERS_STORE", "FERS_MODELS", "FERS_ADDRESS", "PORT"], "")
    ) == config.load({})
