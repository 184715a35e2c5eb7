"""Consent is asked for in exact words, kept, copied, and narrowed again."""

import io
import itertools
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from fers.adapters import open_stores
from fers.assembly import assemble
from fers.domain.consent import ConsentText, Purpose, Rewording, rewordings
from fers.domain.people import OPERATOR
from fers.domain.studies import Translated, Translation
from fers.errors import ConsentRequired, InvalidInput, NotFound, NotSignedIn, StoreUnavailable
from fers.exporting.printing import printed
from fers.languages import LANGUAGES, ORIGINAL
from fers.services.people import consent_words
from fers.services.people.consent_words import ABOUT_YOU, CONSENT, text_for
from tests.interrupting import Interruption
from tests.people import EVERYTHING, PASSWORD, OneFace, OneModel, give_face, participant


@pytest.fixture
def newcomer(platform):
    platform.accounts.sign_up("new@example.org", PASSWORD)
    return platform.accounts.sign_in("new@example.org", PASSWORD).person


def _agree(platform, person, *purposes):
    return platform.consents.give(person, platform.consents.text().sha256, frozenset(purposes), adult=True)


def test_the_text_speaks_of_the_study_and_leaves_no_gaps(platform):
    study, body = platform.studies.current(), platform.consents.text().body
    assert all(str(word) in body for word in (study.name, study.purpose, study.owner, study.contact, "30 days"))
    assert "$" not in body


def test_nothing_is_agreed_to_until_it_is(platform, newcomer):
    assert platform.consents.current(newcomer) is None
    with pytest.raises(ConsentRequired):
        platform.consents.require(newcomer)


def test_the_exact_words_choices_and_time_are_kept(platform, newcomer, clock):
    _agree(platform, newcomer, Purpose.STORE, Purpose.TRAIN)
    kept = platform.consents.current(newcomer)
    assert kept.text == platform.consents.text()
    assert kept.purposes == {Purpose.STORE, Purpose.TRAIN}
    assert kept.given_at == clock()


def test_only_adults_take_part(platform, newcomer):
    with pytest.raises(ConsentRequired, match="18"):
        platform.consents.give(newcomer, platform.consents.text().sha256, EVERYTHING, adult=False)
    assert platform.consents.current(newcomer) is None


def test_words_that_were_not_shown_cannot_be_agreed_to(platform, newcomer):
    shown = platform.consents.text().sha256
    platform.studies.update(OPERATOR, replace(platform.studies.current(), purpose="Something else entirely."))
    with pytest.raises(ConsentRequired, match="changed"):
        platform.consents.give(newcomer, shown, EVERYTHING, adult=True)


def test_new_words_ask_again(platform, newcomer):
    _agree(platform, newcomer, *EVERYTHING)
    platform.studies.update(OPERATOR, replace(platform.studies.current(), purpose="Something else entirely."))
    assert platform.consents.current(newcomer) is None


def test_it_is_known_beforehand_how_many_people_are_asked_again(platform, newcomer):
    study = platform.studies.current()
    changed = replace(study, purpose="Something else entirely.")
    assert platform.consents.asked_again(OPERATOR, changed) == 0
    _agree(platform, newcomer, Purpose.STORE)
    _agree(platform, newcomer)
    participant(platform)
    assert platform.consents.asked_again(OPERATOR, changed) == 2
    assert platform.consents.asked_again(OPERATOR, replace(study, overlap=5, open=False)) == 0
    with pytest.raises(InvalidInput):
        platform.consents.asked_again(OPERATOR, replace(study, purpose=""))
    platform.studies.update(OPERATOR, changed)
    assert platform.consents.asked_again(OPERATOR, study) == 0, "they are asked again as it is"
    assert platform.consents.latest(newcomer).purposes == frozenset()


def test_a_reader_of_earlier_words_finds_what_is_new_in_today_s():
    before = ConsentText("1", "# Title\n\nIt is kept\nhere.\n\nFor 30 days.\n\nBye.\n")
    after = ConsentText("2", "# Title\n\nIt is\nkept here.\n\nFor 60 days.\n\nBye.\n\nAlso this.\n")
    assert rewordings(before, after) == [Rewording("For 30 days.", "For 60 days."), Rewording("", "Also this.")]
    assert rewordings(after, before)[1] == Rewording("Also this.", "")
    assert rewordings(before, before) == []


def test_what_a_study_says_itself_is_agreed_to_and_goes_with_its_datasets(platform):
    before = platform.consents.text()
    ada = participant(platform)
    study = replace(platform.studies.current(), consent_words=" Approved by the **ethics board**: $ 12. \n")
    platform.studies.update(OPERATOR, study)
    after = platform.consents.text()
    assert (
        after.body == f"{before.body}\n**What else this study wants you to know.**\n\n{study.consent_words.strip()}\n"
    )
    assert platform.consents.current(ada) is None, "she is asked again"
    _agree(platform, ada, *EVERYTHING)
    give_face(platform, ada)
    assert platform.versions.freeze(OPERATOR, study.id, "v1").consent_texts == (after,)


def test_without_storing_no_other_use_is_agreed_to(platform, newcomer):
    assert _agree(platform, newcomer, Purpose.TRAIN, Purpose.PUBLISH).purposes == frozenset()


def test_the_copy_holds_words_choices_and_hash(platform, newcomer):
    consent = _agree(platform, newcomer, Purpose.STORE)
    copy = platform.consents.copy_for(newcomer)
    assert consent.text.body in copy
    assert f"[x] {Purpose.STORE.question}" in copy
    assert f"[ ] {Purpose.PUBLISH.question}" in copy
    assert consent.text.sha256 in copy


def test_narrower_choices_reach_faces_given_before(platform):
    ada = participant(platform)
    face = give_face(platform, ada)
    _agree(platform, ada, Purpose.STORE, Purpose.REVIEW)
    assert platform.data_export.faces(ada)[0].purposes == {Purpose.STORE, Purpose.REVIEW}
    _agree(platform, ada, *EVERYTHING)
    assert platform.data_export.faces(ada)[0].purposes == {Purpose.STORE, Purpose.REVIEW}, "widening never reaches back"
    assert face.purposes == EVERYTHING


def test_no_longer_storing_withdraws_the_faces(platform):
    ada = participant(platform)
    give_face(platform, ada)
    _agree(platform, ada)
    assert platform.data_export.faces(ada) == []


@pytest.mark.parametrize("choices", [frozenset(), EVERYTHING - {Purpose.PUBLISH}])
def test_choices_made_while_a_face_is_stored_hold_for_it_too(settings, clock, choices):
    stores = open_stores(settings, clock)
    platform = assemble(settings, stores=stores, models=OneModel(), detector=OneFace(), now=clock)
    ada = participant(platform)

    class Slow:
        """While the image is stored, its person chooses anew in another window."""

        def put(self, key, data):
            _agree(platform, ada, *choices)
            stores.images.put(key, data)

        def __getattr__(self, name):
            return getattr(stores.images, name)

    slow = assemble(settings, stores=replace(stores, images=Slow()), models=OneModel(), detector=OneFace(), now=clock)
    given = give_face(slow, ada)
    kept = [face.purposes for face in platform.data_export.faces(ada)]
    assert kept == ([choices] if choices else [])
    assert (given and given.purposes) == (choices or None)
    assert platform.doctor.examine() == []


@pytest.mark.parametrize("choices", [frozenset(), EVERYTHING - {Purpose.TRAIN}])
def test_choices_that_break_off_at_any_step_hold_for_all_that_was_given_or_were_not_made(settings, clock, choices):
    stores, interruption = open_stores(settings, clock), Interruption()
    stand_ins = {"models": OneModel(), "detector": OneFace(), "now": clock}
    platform = assemble(settings, stores=interruption.stores(stores), **stand_ins)
    for calls in itertools.count():
        ada = participant(platform, f"{calls}@example.org")
        face = give_face(platform, ada)
        clock.advance(seconds=1)
        interruption.left = calls
        try:
            _agree(platform, ada, *choices)
        except StoreUnavailable:
            interruption.left = None
        else:
            break
        chosen = platform.consents.current(ada).purposes
        kept = stores.records.face(face.id)
        assert kept is None or kept.purposes <= chosen, calls
        _agree(platform, ada, *choices)
        assert [face.purposes for face in platform.data_export.faces(ada)] == ([choices] if choices else []), calls
    assert calls > 8


def test_the_last_choices_count_though_those_before_were_made_while_a_clock_was_ahead(platform, clock):
    ada = participant(platform)
    clock.advance(days=-1)
    _agree(platform, ada, Purpose.STORE)
    clock.advance(minutes=5)
    assert platform.consents.current(ada).purposes == {Purpose.STORE}
    assert give_face(platform, ada).purposes == {Purpose.STORE}


def test_signed_out_nobody_consents(platform):
    with pytest.raises(NotSignedIn):
        _agree(platform, None, Purpose.STORE)


def test_what_was_agreed_to_can_be_printed_word_for_word(platform, newcomer, clock):
    with pytest.raises(NotFound):
        platform.consents.printed_copy(newcomer)
    _agree(platform, newcomer, Purpose.STORE, Purpose.TRAIN)
    document, text = platform.consents.printed_copy(newcomer), platform.consents.text()
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(printed(document))).pages).split())
    assert document.dated == clock()
    assert f"Text version {text.version}, SHA-256 {text.sha256}" in words
    assert "What you chose on 1 Jan 2026, 12:00 (UTC)" in words
    ticked = {purpose for purpose in Purpose if f"☑ {purpose.question}" in words}
    assert ticked == {Purpose.STORE, Purpose.TRAIN}
    assert all(f"☐ {purpose.question}" in words for purpose in set(Purpose) - ticked)
    for paragraph in text.body.split("\n\n"):
        assert " ".join(paragraph.replace("**", "").lstrip("# ").split()) in words


def test_what_is_asked_can_be_printed_before_anybody_agrees(platform, newcomer):
    document = platform.consents.printed_text(newcomer)
    assert platform.consents.text().body in document.body and platform.consents.text().sha256 in document.body
    assert document.body.count("- [ ]") == 1 + len(Purpose) and "[x]" not in document.body


def test_a_consent_says_which_translation_was_read(platform, newcomer):
    german = platform.consents.text(newcomer, "de")
    assert german.language == "de" and german.sha256 != platform.consents.text(newcomer).sha256
    consent = platform.consents.give(newcomer, german.sha256, frozenset({Purpose.STORE}), adult=True)
    assert consent.text == german
    assert platform.consents.latest(newcomer).text == german
    copy = platform.consents.copy_for(newcomer)
    assert german.body in copy and "[x] Meine Fotos" in copy and f"Textfassung {german.version}" in copy


def test_whoever_agreed_in_one_language_is_asked_again_only_when_its_words_change(platform, newcomer):
    german = platform.consents.text(newcomer, "de")
    platform.consents.give(newcomer, german.sha256, frozenset({Purpose.STORE}), adult=True)
    assert platform.consents.current(newcomer), "whatever language the pages are read in now"
    changed = replace(platform.studies.current(), purpose="Another one.")
    assert platform.consents.asked_again(OPERATOR, changed) == 1
    platform.studies.update(OPERATOR, changed)
    assert platform.consents.current(newcomer) is None


def test_there_is_a_translation_of_every_part_of_what_people_agree_to(platform):
    study = platform.studies.current()
    for version in (CONSENT, ABOUT_YOU):
        english, parts = consent_words._read(version)
        for language in sorted(set(LANGUAGES) - {ORIGINAL}):
            words, translated = consent_words._read(f"{version}.{language}")
            assert translated.keys() == parts.keys(), language
            for one, other in [(english, words), *((parts[name], translated[name]) for name in parts)]:
                assert sorted(re.findall(r"\$\w+", one)) == sorted(re.findall(r"\$\w+", other)), language
                assert one.count("\n\n") == other.count("\n\n"), language
    assert text_for(study, "../2026-11") == text_for(study), "there is no such language"


def in_german(study, purpose="Um zu lernen."):
    texts = (Translated(study.name, "Gesichter"), Translated(study.purpose, purpose))
    return replace(study, translations=(Translation("de", texts),))


def test_what_a_study_says_itself_is_agreed_to_in_the_language_it_is_read_in(platform, newcomer):
    study = platform.studies.current()
    mixed = platform.consents.text(newcomer, "de")
    platform.studies.update(OPERATOR, in_german(study))
    german = platform.consents.text(newcomer, "de")
    assert "Um zu lernen." in german.body and study.purpose not in german.body
    assert german.sha256 != mixed.sha256 and german.version == mixed.version
    assert study.purpose in platform.consents.text(newcomer).body, "in English as it was"
    assert platform.consents.give(newcomer, german.sha256, frozenset(), adult=True).text == german
    assert "Gesichter" in platform.consents.printed_text(newcomer, "de").title


@pytest.mark.parametrize("language", ["de", "en"])
def test_nobody_is_asked_again_because_the_study_is_there_in_another_language(platform, newcomer, language):
    text = platform.consents.text(newcomer, language)
    platform.consents.give(newcomer, text.sha256, frozenset({Purpose.STORE}), adult=True)
    translated = in_german(platform.studies.current())
    assert platform.consents.asked_again(OPERATOR, translated) == 0
    platform.studies.update(OPERATOR, translated)
    assert platform.consents.current(newcomer)


def test_another_translation_asks_those_again_who_read_the_one_before(platform, newcomer):
    study = platform.studies.current()
    platform.studies.update(OPERATOR, in_german(study))
    german = platform.consents.text(newcomer, "de")
    platform.consents.give(newcomer, german.sha256, frozenset({Purpose.STORE}), adult=True)
    changed = in_german(study, "Um zu verkaufen.")
    assert platform.consents.asked_again(OPERATOR, changed) == 1
    platform.studies.update(OPERATOR, changed)
    assert platform.consents.current(newcomer) is None
