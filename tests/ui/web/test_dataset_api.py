"""A script with an access token fetches versions whole, in parts and file by file, and nothing else."""

import io
import zipfile

import pytest
from pyarrow import parquet
from starlette.applications import Starlette

from fers.domain.people import OPERATOR, Role
from fers.services.people.withdrawal import Removal
from fers.ui.web import dataset_api
from fers.ui.web.dataset_api import ROUTES
from tests.exporting.versions import described
from tests.people import PASSWORD, grant
from tests.ui.web.conftest import RESEARCHER, answered

app = Starlette(routes=ROUTES)


@pytest.fixture
def token(platform, faces, researcher):
    return platform.access.make(researcher.person, platform.studies.current().id, "The cluster")


@pytest.fixture
def ask(token):
    def ask(address: str, method: str = "GET", secret: str | None = token, **headers: str):
        headers |= {"Authorization": f"Bearer {secret}".encode()} if secret else {}
        return answered(app, method, f"/api/versions{address}", headers)

    return ask


def test_versions_are_listed(ask):
    [version] = ask("").json()["versions"]
    assert (version["name"], version["faces"], version["frozen"]) == ("v1", 4, 4)
    assert "parquet" in version["formats"]


def test_a_version_comes_whole_and_in_parts(ask, faces):
    whole = ask("/v1/parquet.zip")
    with zipfile.ZipFile(io.BytesIO(whole.content)) as archive:
        assert {record["id"] for record in described(archive)} == set(faces)
    assert int(ask("/v1/parquet.zip", "HEAD").headers["content-length"]) == len(whole.content)
    rest = ask("/v1/parquet.zip", Range="bytes=1000-", **{"If-Range": whole.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, whole.content[1000:])


def test_files_of_a_version_come_one_by_one_and_in_ranges(ask, faces):
    names = ask("/v1/parquet").json()["files"]
    tables = [name for name in names if name.endswith(".parquet")]
    found = set()
    for name in tables:
        file = ask(f"/v1/parquet/{name}")
        found |= set(parquet.read_table(io.BytesIO(file.content))["id"].to_pylist())
        assert ask(f"/v1/parquet/{name}", "HEAD").headers["content-length"] == str(len(file.content))
        assert ask(f"/v1/parquet/{name}", Range="bytes=-8").content == file.content[-8:]
        assert ask(f"/v1/parquet/{name}", Range="bytes=999999999-").status_code == 416
    assert found == set(faces)
    assert ask("/v1/parquet/DATASHEET.md").text.startswith("# Datasheet")


def test_a_file_that_was_made_is_let_go_of_once_somebody_in_it_withdraws_or_nobody_asks(
    platform, ask, faces, monkeypatch
):
    names = [f"/v1/parquet/data/{split}-00000-of-00001.parquet" for split in ("train", "test", "validation")]

    def at_hand():
        dataset_api.forget_files()
        return [file.name for file in dataset_api._at_hand]

    monkeypatch.setattr(dataset_api, "_at_hand", {})
    for name in (*names, names[1]):
        ask(name)
    assert at_hand() == [names[2].removeprefix("/v1/parquet/"), names[1].removeprefix("/v1/parquet/")]
    with monkeypatch.context() as later:
        later.setattr(dataset_api, "_AT_HAND_SECONDS", 0)
        assert at_hand() == []
    ask(names[0])
    platform.withdrawal.remove(OPERATOR, platform.studies.current().id, next(iter(faces)), Removal.ASKED)
    assert at_hand() == []


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/v2/parquet.zip", 404, "version.not-found"),
        ("/v1/parquet/data/train-000009.parquet", 404, "version.no-such-file"),
        ("/v1/parquet/data/train-99999999999.parquet", 404, "version.no-such-file"),
        ("/v1/parquet/..%2F..%2Ffers.db", 404, "version.no-such-file"),
        ("/v1/floppy.zip", 400, "version.unknown-format"),
        ("/v1/coco/annotations/train.json", 400, "version.one-file-a-face"),
        ("/v1/parquet.zip?cut=half", 400, "version.unknown-cut"),
    ],
)
def test_what_is_not_there_is_said_in_words_and_by_its_code(ask, address, status, code):
    answer = ask(address)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["what"] and answer.json()["next"]


def test_what_a_failure_is_about_is_in_its_fields(ask):
    assert ask("/v1/floppy.zip").json()["fields"]["format"] == "floppy"


@pytest.mark.parametrize("secret", [None, "", "a guess", "fers_é"])
def test_without_a_live_token_nothing_opens(ask, secret):
    answer = ask("", secret=secret)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_whoever_may_not_share_any_more_is_refused_at_once(ask, platform):
    grant(platform, RESEARCHER, Role.PARTICIPANT)
    for address in ("", "/v1/parquet.zip", "/v1/parquet", "/v1/parquet/DATASHEET.md"):
        assert ask(address).status_code == 403


def test_a_token_of_one_study_opens_no_other(ask, platform):
    other = platform.studies.create(OPERATOR, "Another")
    person = platform.accounts.sign_in(RESEARCHER, PASSWORD).person
    secret = platform.access.make(person, other.id, "Another study's")
    assert ask("", secret=secret).json() == {"versions": []}
    assert ask("/v1/parquet.zip", secret=secret).status_code == 404


def test_after_somebody_withdrew_a_file_is_another(ask, platform, faces):
    names = [name for name in ask("/v1/parquet").json()["files"] if name.endswith(".parquet")]
    before = {name: ask(f"/v1/parquet/{name}") for name in names}
    person = platform.accounts.sign_in("0@example.org", PASSWORD).person
    [gone] = platform.data_export.faces(person)
    platform.withdrawal.withdraw_face(person, gone.id)
    for name in ask("/v1/parquet").json()["files"]:
        if name in names:
            after = ask(f"/v1/parquet/{name}", Range="bytes=4-", **{"If-Range": before[name].headers["etag"]})
            assert after.status_code == 200
            assert gone.id not in parquet.read_table(io.BytesIO(after.content))["id"].to_pylist()


@pytest.fixture
def taken(platform):
    """How often somebody was noted to have taken a version."""

    def taken() -> int:
        entries = platform.members.log(OPERATOR, platform.studies.current().id, 50)
        return sum(entry.action == "downloaded a dataset version as parquet" for entry in entries)

    return taken


def test_what_was_fetched_is_logged(ask, taken):
    ask("/v1/parquet.zip")
    assert taken() == 1


def test_a_file_that_is_fetched_in_parts_is_logged_once(ask, taken, faces):
    """As readers of Parquet fetch it: so far whoever asked for `bytes=0-` was in no log."""
    *_, name = ask("/v1/parquet").json()["files"]
    for part in ("bytes=-8", "bytes=0-99", "bytes=100-"):
        assert ask(f"/v1/parquet/{name}", Range=part).status_code == 206
    assert taken() == 1


def test_what_a_script_has_already_is_not_sent_again(ask, taken, faces):
    for address in ("/v1/parquet.zip", "/v1/parquet/DATASHEET.md"):
        tag, before = ask(address, "HEAD").headers["etag"], taken()
        for known in (tag, f'"another", W/{tag}', "*"):
            for method in ("GET", "HEAD"):
                answer = ask(address, method, **{"If-None-Match": known})
                assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert ask(address, Range="bytes=0-9", **{"If-Match": '"another"'}).status_code == 412
        assert taken() == before
        assert ask(address, Range="bytes=0-9", **{"If-Match": tag, "If-None-Match": '"another"'}).status_code == 206


def test_the_list_of_files_names_the_faces_that_are_lost(ask, faces, settings):
    lost = next(iter(faces))
    (settings.data / "images" / lost[:2] / f"{lost}.jpg").unlink()
    assert "LOST.txt" not in ask("/v1/parquet?cut=whole").json()["files"]
    for name in ask("/v1/parquet?cut=whole").json()["files"]:
        ask(f"/v1/parquet/{name}?cut=whole")
    assert lost in ask("/v1/parquet/LOST.txt?cut=whole").text
    assert "LOST.txt" in ask("/v1/parquet?cut=whole").json()["files"]
