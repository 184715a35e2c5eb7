"""What people read when something is broken that only whoever runs FERS can mend, and what the log says of it."""

import pytest
from driving import agreed, click, sign_in, signed_in, told

from fers.errors import ModelRejected, UnknownModel
from fers.storage.sqlite import disk
from fers.storage.sqlite.database import Database
from fers.storage.sqlite.failures import disk_failure
from tests.people import OneModel, participant

KEEP = "Keep my photos"
ADVICE = ("disk", "space", "doctor", "python", "folder", "registered", "pip", "backup")


def read(app) -> str:
    """All that is on the page."""
    return told(app) + " ".join(error.value for error in app.error)


def test_while_the_disk_is_nearly_full_nobody_is_asked_for_a_photo(app, platform, monkeypatch, caplog):
    agreed(signed_in(app, platform), KEEP)
    monkeypatch.setattr(disk, "ROOM_BYTES", 1 << 60)
    app.switch_page("pages/give.py").run()
    assert "Nothing new can be saved at the moment.** Please come back later." in read(app)
    assert not [word for word in ADVICE if word in read(app)]
    assert "Free some space" in caplog.text
    assert not app.segmented_control and not app.exception
    app.switch_page("pages/my_data.py").run()
    click(app, "Delete everything")
    assert platform.sign_in.person_by_email("ada@example.org") is None, "who wants to go can go"


@pytest.mark.parametrize(
    "failure",
    [
        UnknownModel("model.none-registered", model="it", folder="/models"),
        ModelRejected("weights.pytorch", file="network.pt"),
        disk_failure(OSError(28, "No space left on device")),
    ],
    ids=["unknown", "rejected", "full"],
)
def test_a_fault_of_the_installation_is_no_riddle_for_its_people(app, platform, monkeypatch, caplog, failure):
    agreed(signed_in(app, platform), KEEP)

    def fail(*_):
        raise failure

    monkeypatch.setattr(OneModel, "preload", fail)
    app.switch_page("pages/give.py").run()
    assert "Something is wrong on our side.** Please try again later." in read(app)
    assert not [word for word in ADVICE if word in read(app)]
    assert str(failure) in caplog.text


def test_whoever_signs_in_while_the_store_cannot_be_written_reads_when_to_try_again(app, platform, monkeypatch):
    participant(platform)

    def fail(*_, **__):
        raise disk_failure(OSError(28, "No space left on device"))

    monkeypatch.setattr(Database, "transaction", fail)
    sign_in(app)
    assert "Please try again later." in read(app)
    assert not [word for word in ADVICE if word in read(app)]
