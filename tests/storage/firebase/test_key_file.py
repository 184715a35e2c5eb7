"""A key file that opens no project is refused by its cause, before anything is asked of Google."""

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fers.errors import StoreUnavailable
from fers.storage.firebase.client import open_firebase
from fers.storage.firebase.key_file import check_key_file


@pytest.fixture(scope="module")
def key():
    """A key file as the Firebase console makes it."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "project_id": "demo",
        "private_key_id": "1",
        "private_key": private.decode(),
        "client_email": "fers@demo.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }


@pytest.fixture
def keep(tmp_path, monkeypatch):
    for emulator in ("FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "FIREBASE_AUTH_EMULATOR_HOST"):
        monkeypatch.delenv(emulator, raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    return (tmp_path / "key.json").write_text


def test_a_key_as_it_was_downloaded_is_taken(keep, key):
    keep(json.dumps(key))
    check_key_file()


def test_without_a_file_the_machine_s_own_account_is_used(monkeypatch):
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    check_key_file()


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda key: json.dumps(key)[:500], "not a complete key file"),
        (lambda key: "", "not a complete key file"),
        (lambda key: "[]", "not the key of a service account"),
        (lambda key: json.dumps({"installed": {"client_id": "1"}}), "is an OAuth client"),
        (lambda key: json.dumps({"project_info": {}, "client": []}), "google-services.json"),
        (lambda key: json.dumps({"apiKey": "x", "projectId": "demo"}), "a web app's configuration"),
        (lambda key: json.dumps(key | {"private_key": key["private_key"].replace("\n", "\\n")}), "written out"),
        (lambda key: json.dumps(key | {"private_key": key["private_key"][:300]}), "missing or damaged"),
        (lambda key: json.dumps({name: key[name] for name in key if name != "client_email"}), "missing or damaged"),
    ],
)
def test_one_that_opens_nothing_is_refused_by_its_cause(keep, key, spoil, cause):
    keep(spoil(key))
    with pytest.raises(StoreUnavailable, match=cause) as refusal:
        open_firebase("demo", "demo.appspot.com")
    assert refusal.value.next
    assert "PRIVATE KEY" not in str(refusal.value)


def test_one_that_is_not_there_is_named(keep):
    with pytest.raises(StoreUnavailable, match=r"key.json, which can't be read \(No such file"):
        open_firebase("demo", "demo.appspot.com")
