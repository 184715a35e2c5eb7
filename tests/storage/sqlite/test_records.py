"""What is particular to records in SQLite."""

from fers.domain.consent import ConsentText
from tests.contracts.samples import a_consent, a_person


def test_the_same_words_are_kept_once(database, records):
    records.create_person(a_person())
    for number in range(5):
        records.create_consent(a_consent(str(number)))
    records.create_consent(a_consent("other", text=ConsentText("2", "Other words.")))
    assert len(database.rows("SELECT * FROM consent_texts")) == 2
