"""One setting chooses the store."""

import subprocess
import sys

import pytest

from fers import config
from fers.adapters import open_stores
from fers.errors import InvalidInput


def test_the_embedded_store_needs_no_firebase_library(tmp_path):
    program = (
        "import sys; from fers import adapters, config;"
        f"adapters.open_stores(config.load({{'FERS_DATA': {str(tmp_path)!r}}}));"
        "sys.exit(bool({'firebase_admin', 'google.cloud', 'grpc'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_an_unknown_store_is_refused():
    with pytest.raises(InvalidInput, match="FERS_STORE=fierbase"):
        config.load({"FERS_STORE": "fierbase"})


def test_firebase_needs_a_project():
    with pytest.raises(InvalidInput, match="FERS_FIREBASE_PROJECT"):
        open_stores(config.load({"FERS_STORE": "firebase"}))


def test_firebase_needs_its_key():
    with pytest.raises(InvalidInput, match="FERS_FIREBASE_API_KEY"):
        open_stores(config.load({"FERS_STORE": "firebase", "FERS_FIREBASE_PROJECT": "demo-choice"}))


def test_firebase_opens_where_the_environment_says(firebase_servers):
    stores = open_stores(
        config.load({"FERS_STORE": "firebase", "FERS_FIREBASE_PROJECT": "demo-choice", "FERS_FIREBASE_API_KEY": "any"})
    )
    assert list(stores.records.people()) == []
