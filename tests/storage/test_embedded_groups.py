"""What is particular to self-descriptions in SQLite: groups are counted from indexes."""

from fers.storage.embedded_groups import EmbeddedGroups
from tests.contracts.samples import a_description, a_person, an_id
from tests.storage.test_embedded_face_index import Watched


def test_groups_are_counted_without_reading_what_anybody_said(database, records):
    records.create_person(a_person())
    EmbeddedGroups(database).save_description(a_description())
    watched = Watched(database)
    assert EmbeddedGroups(watched).sizes(an_id("faces"))
    assert all("COVERING INDEX people_by_" in step for step in watched.plans), watched.plans
