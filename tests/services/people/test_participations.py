"""How far people from a panel are, what stays of them, and the list they are paid by."""

import csv
import io
import json
import zipfile
from dataclasses import replace

import pytest

from fers.assembly import assemble
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.people import OPERATOR, Role
from fers.domain.protocols import Protocol, Task
from fers.domain.recruiting import Status
from fers.errors import InvalidInput, NotFound, NotPermitted, StoreUnavailable, StudyClosed
from fers.exporting.exported_version import Cut
from fers.services.people.participations import COLUMNS, as_csv
from tests.people import (
    EVERYTHING,
    HAPPY_POSED,
    OneFace,
    OneModel,
    another_study,
    arrived,
    draft,
    from_panel,
    give_face,
    newcomer,
    participant,
    pattern,
    recruit,
)

TWO_TASKS = Protocol((Task(Emotion.FEAR), Task(Emotion.SAD)))


def listed(platform):
    """By panel id."""
    everybody = platform.participations.of_study(OPERATOR, platform.studies.current().id)
    return {one.panel_id: one for one in everybody}


def counts(one):
    return one.given, one.skipped, one.kept


def test_a_status_follows_the_way_through_the_tasks(platform, clock):
    recruit(platform, protocol=TWO_TASKS)
    ada = arrived(platform)
    came = clock()

    def is_now() -> Status:
        clock.advance(minutes=1)
        return listed(platform)["5f2a"].status

    assert is_now() is Status.CAME
    platform.consents.give(ada, platform.consents.text(ada).sha256, frozenset(Purpose), adult=True)
    assert is_now() is Status.CONSENTED
    give_face(platform, ada)
    assert is_now() is Status.IN_PROGRESS
    assert counts(listed(platform)["5f2a"]) == (1, 0, 1)
    platform.tasks.skip(ada, platform.tasks.turn(ada))
    assert is_now() is Status.COMPLETED
    one = listed(platform)["5f2a"]
    assert counts(one) == (1, 1, 1)
    assert (
        one.at(Status.CAME) == came < one.at(Status.CONSENTED) < one.at(Status.IN_PROGRESS) < one.at(Status.COMPLETED)
    )


def test_a_photo_counts_once_however_often_it_is_submitted(platform, monkeypatch):
    recruit(platform)
    ada = from_panel(platform)

    def submit(one) -> None:
        prediction = platform.capture.predict(ada, one, one.suggestions[0])
        platform.capture.submit(ada, one, one.suggestions[0], prediction, HAPPY_POSED)

    first, second = draft(platform, ada), draft(platform, ada, pattern(1))
    submit(first)
    submit(first)
    assert counts(listed(platform)["5f2a"]) == (1, 0, 1)
    with monkeypatch.context() as broken:
        broken.setattr(platform.capture._tasks, "note_given", _unavailable)
        with pytest.raises(StoreUnavailable):
            submit(second)
    submit(second)
    assert counts(listed(platform)["5f2a"]) == (2, 0, 2)


def _unavailable(*_) -> None:
    raise StoreUnavailable("store.busy")


def test_in_a_free_study_people_say_when_they_are_done(platform):
    recruit(platform)
    ada = from_panel(platform)
    with pytest.raises(InvalidInput) as refused:
        platform.participations.complete(ada)
    assert refused.value.code == "participation.nothing-done"
    give_face(platform, ada)
    give_face(platform, ada, picture=pattern(1))
    assert platform.participations.mine(ada).status is Status.IN_PROGRESS
    assert platform.participations.complete(ada).status is Status.COMPLETED
    assert counts(listed(platform)["5f2a"]) == (2, 0, 2)


def test_whoever_keeps_no_photos_takes_part_all_the_same(platform):
    recruit(platform)
    ada = from_panel(platform, purposes=frozenset())
    assert give_face(platform, ada) is None
    assert platform.participations.complete(ada).status is Status.COMPLETED
    assert counts(listed(platform)["5f2a"]) == (1, 0, 0)


@pytest.mark.parametrize("end", ["fail_check", "screen_out", "complete"])
def test_of_whoever_is_at_an_end_nothing_more_is_asked(platform, end):
    study = recruit(platform)
    ada = from_panel(platform)
    give_face(platform, ada)
    begun = draft(platform, ada, pattern(1))
    ended = getattr(platform.participations, end)(ada)
    assert ended.is_over and study.recruiting.exit_for(ended.status).leads_somewhere
    box = begun.suggestions[0]
    for ask in (
        lambda: draft(platform, ada, pattern(2)),
        lambda: platform.capture.submit(ada, begun, box, platform.capture.predict(ada, begun, box), HAPPY_POSED),
    ):
        with pytest.raises(StudyClosed) as refused:
            ask()
        assert refused.value.code == "participation.over"
    for other in ("fail_check", "screen_out", "complete"):
        assert getattr(platform.participations, other)(ada).status is ended.status, "whoever is at an end stays there"


def test_nobody_else_has_a_status(platform):
    recruit(platform)
    ada = newcomer(platform)
    for call in (platform.participations.fail_check, platform.participations.screen_out):
        assert call(ada) is None
    assert give_face(platform, ada)
    assert platform.participations.mine(ada) is None
    assert listed(platform) == {}
    with pytest.raises(InvalidInput):
        platform.participations.decline(ada)


def test_whoever_declines_leaves_nothing_but_that(platform):
    recruit(platform)
    ada = arrived(platform)
    platform.participations.decline(ada)
    one = listed(platform)["5f2a"]
    assert ([status for status, _ in one.reached], counts(one)) == ([Status.DECLINED], (0, 0, 0))
    assert list(platform.doctor.examine()) == []
    with pytest.raises(NotFound):
        platform.help_desk.find(OPERATOR, ada.number)


def test_whoever_agreed_withdraws_instead_of_declining(platform):
    recruit(platform)
    with pytest.raises(InvalidInput) as refused:
        platform.participations.decline(from_panel(platform))
    assert refused.value.code == "participation.not-new"


def test_a_withdrawal_leaves_the_bare_status_and_whether_it_was_completed(platform):
    recruit(platform)
    for panel_id in ("half-way", "completed"):
        person = from_panel(platform, panel_id)
        give_face(platform, person, picture=pattern(len(panel_id)))
        if panel_id == "completed":
            platform.participations.complete(person)
        platform.withdrawal.withdraw_everything(person)
        assert platform.participations.mine(person) is None
    left = {panel_id: [status for status, _ in one.reached] for panel_id, one in listed(platform).items()}
    assert left == {"half-way": [Status.WITHDREW], "completed": [Status.COMPLETED, Status.WITHDREW]}
    assert {counts(one) for one in listed(platform).values()} == {(0, 0, 0)}


def test_photos_that_go_are_not_counted_as_kept(platform):
    study = recruit(platform)
    ada = from_panel(platform)
    first, second = (give_face(platform, ada, picture=pattern(number)) for number in range(2))
    platform.withdrawal.withdraw_face(ada, first.id)
    assert counts(listed(platform)["5f2a"]) == (2, 0, 1)
    platform.consents.give(ada, platform.consents.text(ada).sha256, frozenset(), adult=True)
    assert counts(listed(platform)["5f2a"]) == (2, 0, 0)
    assert study.id == second.study_id


def test_a_study_that_recruits_says_so_in_what_people_agree_to(platform):
    before = platform.consents.text().body
    recruit(platform)
    assert "If a panel sent you here" not in before
    assert "If a panel sent you here" in platform.consents.text().body


def test_the_list_leads_to_nobodys_account(platform):
    recruit(platform)
    ada = from_panel(platform)
    face = give_face(platform, ada)
    [one] = platform.participations.of_study(OPERATOR, face.study_id)
    assert one.person_id is None
    assert not {ada.id, face.id} & set(as_csv([one]).decode().split(","))


def test_the_list_is_a_table_for_spreadsheets(platform, clock):
    recruit(platform)
    from_panel(platform, "first")
    clock.advance(minutes=5)
    arrived(platform, "second")
    rows = list(csv.DictReader(io.StringIO(as_csv(list(listed(platform).values())).decode())))
    assert [(row["panel_id"], row["status"]) for row in rows] == [("second", "came"), ("first", "consented")]
    assert rows[1]["came_at"] == "2026-01-01 12:00:00"
    assert as_csv([]).decode().strip() == ",".join(COLUMNS)


def test_what_is_erased_is_gone_and_the_photos_stay(platform):
    recruit(platform)
    ada, bob = from_panel(platform, "ada"), from_panel(platform, "bob")
    face = give_face(platform, ada)
    platform.participations.erase(OPERATOR, face.study_id, listed(platform)["ada"].id)
    assert list(listed(platform)) == ["bob"]
    assert platform.data_export.faces(ada) == [face] and platform.participations.mine(ada) is None
    with pytest.raises(NotFound):
        platform.participations.erase(OPERATOR, face.study_id, "gone")
    platform.participations.erase_all(OPERATOR, face.study_id)
    assert listed(platform) == {} and platform.participations.mine(bob) is None


def test_an_owner_withdraws_for_whoever_asked_by_way_of_the_panel(platform):
    study = recruit(platform)
    ada = from_panel(platform)
    give_face(platform, ada)
    [one] = listed(platform).values()
    platform.participations.withdraw_for(OPERATOR, study.id, one.id)
    assert [status for status, _ in listed(platform)["5f2a"].reached] == [Status.WITHDREW]
    assert platform.data_export.faces(ada) == []
    with pytest.raises(NotFound):
        platform.participations.withdraw_for(OPERATOR, study.id, one.id)


def test_an_owner_withdraws_for_nobody_whose_account_is_in_other_studies(platform):
    study = recruit(platform)
    ada = from_panel(platform)
    elsewhere = platform.studies.create(OPERATOR, "Another")
    code = platform.invitations.invite(OPERATOR, elsewhere.id, Role.ANNOTATOR, 1, 1)
    platform.invitations.accept(ada, code)
    with pytest.raises(NotPermitted) as refused:
        platform.participations.withdraw_for(OPERATOR, study.id, listed(platform)["5f2a"].id)
    assert refused.value.code == "recruiting.account-elsewhere"


def test_what_they_gave_to_a_study_that_took_their_place_away_is_no_other_owners_to_withdraw(platform, clock):
    study = recruit(platform)
    ada, elsewhere = from_panel(platform), another_study(platform, "Another")
    clock.advance(minutes=1)
    platform.invitations.accept(ada, elsewhere.join_code)
    there = replace(ada, memberships=tuple(platform.members._memberships.memberships_of(ada.id)))
    platform.consents.give(there, platform.consents.text(there).sha256, EVERYTHING, adult=True)
    face = give_face(platform, there)
    platform.members.remove(OPERATOR, elsewhere.id, ada.id)
    with pytest.raises(NotPermitted) as refused:
        platform.participations.withdraw_for(OPERATOR, study.id, listed(platform)["5f2a"].id)
    assert refused.value.code == "recruiting.account-elsewhere"
    assert [(one.id, one.study_id) for one in platform.data_export.faces(ada)] == [(face.id, elsewhere.id)]


def test_what_was_erased_does_not_come_back_with_a_copy_of_the_records(platform, settings, clock, tmp_path):
    study = recruit(platform)
    for panel_id in ("erased", "kept"):
        from_panel(platform, panel_id)
    one = listed(platform)["erased"]
    platform.participations.erase(OPERATOR, study.id, one.id)
    store = platform.participations._participations
    store.add(replace(one, person_id=None))  # As a backup from before would.
    platform.doctor.examine()
    assert list(listed(platform)) == ["kept"]


def test_people_find_their_own_id_in_what_they_download(platform):
    recruit(platform)
    ada = from_panel(platform)
    give_face(platform, ada)
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(ada)))) as archive:
        [mine] = json.loads(archive.read("panel.json"))
    assert (mine["panel_id"], mine["photos_kept"]) == ("5f2a", 1)
    assert [each["status"] for each in mine["reached"]] == ["came", "consented", "in progress"]


def test_the_id_is_in_no_dataset_version(platform, tmp_path):
    study = recruit(platform)
    ada = from_panel(platform, "5f2a77aa99bb")
    give_face(platform, ada)
    platform.versions.freeze(OPERATOR, study.id, "v1")
    platform.downloads.write(OPERATOR, study.id, "v1", "imagefolder", Cut.CROP, tmp_path / "v1")
    texts = [file.read_bytes() for file in (tmp_path / "v1").rglob("*") if file.is_file()]
    assert texts and not any(b"5f2a77aa99bb" in text for text in texts)


def test_whoever_came_can_make_a_code_to_come_back_elsewhere(platform):
    recruit(platform)
    ada = from_panel(platform)
    code = platform.accounts.new_code(ada)
    assert platform.accounts.sign_in_with_code(code).person.id == ada.id
    with pytest.raises(InvalidInput):
        platform.accounts.new_code(participant(platform))


def test_a_restart_finds_everybody_where_they_were(platform, settings, clock):
    recruit(platform)
    ada = from_panel(platform)
    give_face(platform, ada)
    again = assemble(settings, models=OneModel(), detector=OneFace(), now=clock)
    assert again.participations.mine(ada) == platform.participations.mine(ada)
