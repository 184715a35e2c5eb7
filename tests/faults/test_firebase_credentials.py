"""Credentials that can't be renewed fail before a server is asked, and each of Google's libraries says so otherwise."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import firebase_admin
import grpc
import pytest
from firebase_admin import auth, credentials
from google.auth.transport.grpc import AuthMetadataPlugin
from google.auth.transport.requests import Request
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from google.oauth2.credentials import Credentials

from fers.errors import StoreUnavailable
from fers.storage.firebase.client import open_firebase
from fers.storage.firebase.failures import explained
from fers.storage.firebase.firestore import FirestoreDocuments
from fers.storage.firebase.images import FirebaseImages
from tests.servers.faulty import Fault, faulty

NOWHERE = "127.0.0.1:9"
PATIENCE_SECONDS = 0.5


@pytest.fixture
def tokens():
    """Whoever hands out access tokens, and refuses to."""
    with faulty(NOWHERE) as server:
        server.misbehave(Fault(400, "invalid_grant"))
        yield server


@pytest.fixture
def channel_to(tmp_path):
    """A channel to a Firestore that is never asked: gRPC lets credentials go over local sockets alone without TLS."""
    local = grpc.LocalConnectionType.UDS
    server, address = grpc.server(ThreadPoolExecutor(1)), f"unix:{tmp_path}/firestore"
    server.add_secure_port(address, grpc.local_server_credentials(local))
    server.start()

    def channel_to(held: Credentials) -> grpc.Channel:
        plugin = grpc.metadata_call_credentials(AuthMetadataPlugin(held, Request()))
        return grpc.secure_channel(
            address, grpc.composite_channel_credentials(grpc.local_channel_credentials(local), plugin)
        )

    yield channel_to
    server.stop(None).wait()


@pytest.fixture
def opened(channel_to, monkeypatch):
    """Open a project with credentials that are renewed at `token_address`."""
    for emulator in ("FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "FIREBASE_AUTH_EMULATOR_HOST"):
        monkeypatch.delenv(emulator, raising=False)
    clients = []

    def opened(token_address: str):
        held = Credentials(
            None,
            refresh_token="old",
            token_uri=f"http://{token_address}/token",
            client_id="fers",
            client_secret="secret",
        )
        project = f"demo-{secrets.token_hex(8)}"
        firebase_admin.initialize_app(_Held(held), {"projectId": project}, name=project)
        client = open_firebase(project, "faces", PATIENCE_SECONDS)
        transport = FirestoreGrpcTransport(channel=channel_to(held))
        client.database._firestore_api_internal = FirestoreClient(transport=transport)
        clients.append(client)
        return client

    yield opened
    for client in clients:
        client.close()


class _Held(credentials.Base):
    def __init__(self, held: Credentials):
        self._held = held

    def get_credential(self) -> Credentials:
        return self._held


def read_firestore(client) -> None:
    documents = FirestoreDocuments(client)
    documents.read(documents.collection("people").document("ada"))


def list_storage(client) -> None:
    list(FirebaseImages(client).keys())


def ask_auth(client) -> None:
    with explained():
        auth.get_user("ada", app=client.app)


CALLS = [read_firestore, list_storage, ask_auth]


@pytest.mark.parametrize("call", CALLS)
def test_expired_credentials_are_named_at_once(opened, tokens, call):
    with pytest.raises(StoreUnavailable) as failure:
        call(opened(tokens.address))
    assert "credentials have expired" in str(failure.value)
    assert tokens.requests <= 2, "trying again renews nothing"


@pytest.mark.parametrize("call", CALLS)
def test_where_tokens_are_handed_out_can_be_out_of_reach_too(opened, call):
    with pytest.raises(StoreUnavailable) as failure:
        call(opened(NOWHERE))
    assert "can't be reached" in failure.value.what
