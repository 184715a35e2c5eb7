"""A whole study in three languages: ten people come from a panel, annotators label, and a dataset version is read."""

import io
import json
import re
import zipfile
from collections import Counter
from dataclasses import replace

import pandas
import pytest
from PIL import Image, ImageOps
from playwright.sync_api import expect

from fers import config
from fers.assembly import assemble
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer, Display
from fers.domain.labels import Verdict, only
from fers.domain.own_words import lacking, own_words, read_in
from fers.domain.people import OPERATOR, Person, Role
from fers.domain.protocols import Protocol, Quota, Task
from fers.domain.questions import Check, CheckKind, Choice, Likert, Moment, Number, Outcome, Question, Words
from fers.domain.recruiting import Status
from fers.domain.studies import Translated, Translation
from fers.exporting.exported_version import Cut
from tests.browser.conftest import LAPTOP, PATIENCE_MS, PHONE, session_cookie, until
from tests.browser.reader import Reader
from tests.people import PASSWORD, OneFace, OneModel, from_panel, give_face, participant, pattern, photo, recruit
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)

WORDS = """
Faces of an evening | Gesichter eines Abends | وجوه في أمسية
To learn how faces are read. | Um zu lernen, wie man Gesichter liest. | لنعرف كيف تُقرأ الوجوه.
You hear steps above. | Sie hören Schritte über sich. | تسمع خطوات فوقك.
A friend is at the door. | Eine Freundin steht vor der Tür. | صديق عند الباب.
You wait for the bus. | Sie warten auf den Bus. | تنتظر الحافلة.
How old are you? | Wie alt sind Sie? | كم عمرك؟
What will you show? | Was werden Sie zeigen? | ماذا ستُظهر؟
My face | Mein Gesicht | وجهي
My hands | Meine Hände | يديّ
It is about faces. | Es geht um Gesichter. | الأمر يتعلق بالوجوه.
How hard was that? | Wie schwer war das? | ما مدى صعوبة ذلك؟
easy | leicht | سهل
hard | schwer | صعب
Would you do it again? | Würden Sie es noch einmal tun? | هل ستفعل ذلك مرة أخرى؟
Yes | Ja | نعم
No | Nein | لا
"""
"""All that the study says itself: in English, German and Arabic."""
TABLE = [line.split(" | ") for line in WORDS.strip().splitlines()]
FEAR = Task(Emotion.FEAR, "You hear steps above.", Display.POSED)
HAPPY = Task(Emotion.HAPPY, "A friend is at the door.", Display.FELT)
NEUTRAL = Task(Emotion.NEUTRAL, "You wait for the bus.")
PROTOCOL = Protocol((FEAR, HAPPY, NEUTRAL), quotas=(Quota(Emotion.FEAR, 2), Quota(Emotion.HAPPY, 3)))
SHOW = {"Show fear": Emotion.FEAR, "Show happiness": Emotion.HAPPY, "Show a neutral face": Emotion.NEUTRAL}
QUESTIONS = (
    Question("age", Words("How old are you?"), Number(18, 99)),
    Question(
        "read",
        Words("What will you show?", ("My face", "My hands"), explanation="It is about faces."),
        Choice(check=Check(CheckKind.COMPREHENSION, frozenset({1}), tries=2)),
    ),
    Question("hard", Words("How hard was that?", low="easy", high="hard"), Likert(5), Moment.AFTER_PHOTO),
    Question("again", Words("Would you do it again?", ("Yes", "No")), Choice(), Moment.AFTER),
)
SEEN = {Emotion.FEAR: Emotion.SURPRISE, Emotion.HAPPY: Emotion.HAPPY, Emotion.NEUTRAL: Emotion.SAD}
"""What annotators see where this was asked for."""


@pytest.fixture(scope="module")
def platform(folder):
    platform = assemble(replace(config.load({}), data=folder / "data"), models=OneModel(), detector=OneFace())
    texts = [tuple(Translated(row[0], row[column]) for row in TABLE) for column in (1, 2)]
    study = recruit(
        platform,
        name="Faces of an evening",
        purpose="To learn how faces are read.",
        owner="FERS",
        contact="owner@example.org",
        protocol=PROTOCOL,
        questions=QUESTIONS,
        translations=(Translation("de", texts[0]), Translation("ar", texts[1])),
        checked_languages=("de",),
        ask_first_share=1,
    )
    assert not lacking(study, "de") and not lacking(study, "ar")
    return platform


@pytest.fixture(scope="module")
def server(folder, platform):
    with serving(folder) as server:
        yield server


@pytest.fixture
def found():
    return []


@pytest.fixture
def come(open_page, platform, found):
    """Let somebody open the panel's link, with their id there."""

    def come(panel_id: str, language: str, window: str = "", **size) -> Reader:
        study = platform.studies.current()
        link = f"/join?study={study.join_code}&PROLIFIC_PID={panel_id}&lang={language}"
        own = read_in(study, language)
        assert own.language == language
        words = {text: own.say(text) for text in own_words(study)}
        one = Reader(open_page(link, **size), language, words, found, window)
        one.sees("Take part in “{study}”", study=one.say(study.name))
        one.reads(study.purpose)
        one.press("Continue")
        until(one.page, lambda: session_cookie(one.page))
        one.sees("Your choices")
        return one

    return come


def agree(one: Reader) -> None:
    for message in (*(purpose.question for purpose in Purpose), "I am 18 or older."):
        one.choose(message)
    one.press("I agree to take part")
    one.sees("A few questions first")


def begin(one: Reader, age: int, misunderstands: bool = False) -> None:
    """Answer what comes first; who misunderstands the check is told why, and asked again."""
    one.page.get_by_label(one.say("How old are you?")).first.fill(str(age))
    if misunderstands:
        one.choose("My hands")
        one.press("Continue")
        one.reads("It is about faces.")
        one.look_around()
    one.choose("My face")
    one.press("Continue")


def asked(one: Reader) -> Emotion:
    """What they are asked to show."""
    headings = {one.say(message): emotion for message, emotion in SHOW.items()}
    heading = one.page.get_by_role("heading", name=re.compile("|".join(map(re.escape, headings))))
    expect(heading).to_be_visible()
    emotion = headings[heading.inner_text().strip()]
    one.reads(next(task.scenario for task in PROTOCOL.tasks if task.intended is emotion))
    one.look_around()
    return emotion


def upload(one: Reader, picture: bytes) -> None:
    one.page.get_by_role("radio", name=one.say("Upload a photo")).click()
    chooser = one.page.locator("input[type=file]")
    expect(chooser).to_have_count(1)
    expect(one.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    one.look_around()
    chooser.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture})


def take(one: Reader) -> None:
    until(one.page, 'document.querySelector("video")?.videoWidth > 0')
    one.press("Take Photo")


def answer(one: Reader, expression: str, hard: int) -> None:
    """Say what the photo shows, and how hard it was."""
    expect(one.page.frame_locator("iframe").locator("canvas.upper-canvas")).to_be_visible()
    one.sees("Your face in the box")
    one.page.get_by_role("radio", name=one.say(expression), exact=True).click()
    if expression == "Neutral":  # The other tasks say which it is.
        one.page.get_by_role("radio", name=one.say("I posed it")).click()
    one.press("Save and see the guess")
    one.sees("Thank you!")
    one.page.get_by_role("button", name=one.say("Next task")).click()
    one.sees("About the photo you just gave")
    one.page.get_by_role("radio", name=str(hard), exact=True).click()
    one.press("Continue")


def end(one: Reader) -> None:
    """Answer what comes last, and read the completion code: nothing has to be pressed for it, even where tasks were
    left that the study has enough of."""
    one.sees("A few last questions")
    one.choose("Yes")
    one.press("Continue")
    one.sees("Thank you, that's everything!")
    expect(one.page.get_by_text("DONE-1")).to_be_visible()


def turned(degrees: int) -> bytes:
    """The astronaut in a mirror, turned: nobody would take two of these for the same photo."""
    file = io.BytesIO()
    picture = ImageOps.mirror(Image.open(io.BytesIO(photo())))
    picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor="gray").save(file, "JPEG")
    return file.getvalue()


def reply(platform, person: Person, through: bool = False, **answers) -> dict[str, Outcome]:
    due = platform.questions.due(person, through)
    return platform.questions.answer(person, due, {one.name: answers[one.name] for one in due.questions})


def give_all(platform, person: Person, number: int) -> None:
    """Everything that is left to ask somebody: they say of each photo that it shows what was asked, but for the second
    one, who says that it is happiness which was asked for but that they look sad."""
    while task := platform.tasks.turn(person).task:
        label = Emotion.SAD if (number, task) == (2, HAPPY) else task.intended
        picture = pattern(10 * number + task.intended)
        give_face(platform, person, Answer(label, True, task.display or Display.POSED), picture)
        reply(platform, person, hard=number)
    reply(platform, person, through=True, again=2)
    platform.participations.complete(person)


def label_everything(platform) -> None:
    study = platform.studies.current()
    for name in ("ann@example.org", "ben@example.org"):
        platform.members.assign(OPERATOR, study.id, participant(platform, name).id, Role.ANNOTATOR)
        annotator = platform.accounts.sign_in(name, PASSWORD).person
        while handed_out := platform.review.next_faces(annotator, study.id, 5):
            for one in handed_out:
                seen = SEEN[platform.faces.about(OPERATOR, one.face_id).found.face.intended]
                platform.review.label(annotator, study.id, one.face_id, Verdict.EMOTION, distribution=only(seen))


def exported(platform, folder) -> str:
    """Freeze the study and export it into the folder. Returns all the words in it."""
    study = platform.studies.current()
    platform.versions.freeze(OPERATOR, study.id, "v1")
    archive = io.BytesIO(b"".join(platform.downloads.open(OPERATOR, study.id, "v1", "parquet", Cut.CROP).zip()))
    with zipfile.ZipFile(archive) as files:
        files.extractall(folder)
    tables = [pandas.read_parquet(file).to_csv() for file in folder.rglob("*.parquet")]
    return "\n".join([*tables, *(file.read_bytes().decode("latin-1") for file in folder.rglob("*") if file.is_file())])


def three_labels(folder, cache) -> Counter[tuple[Emotion, Emotion, Emotion]]:
    """How often something was intended, reported and perceived, as `datasets` reads it."""
    import datasets

    datasets.disable_progress_bars()
    rows = [row for split in datasets.load_dataset(str(folder), cache_dir=str(cache)).values() for row in split]
    return Counter(tuple(Emotion(row[name]) for name in ("intended", "own_label", "perceived")) for row in rows)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_ten_people_a_dataset_and_nobody_in_it(come, found, platform, server, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    study = platform.studies.current()

    declining = come("panelist-dec", "ar", "phone", **PHONE)
    declining.press("I'd rather not take part")
    declining.press("Don't take part")
    declining.sees("That's fine. Thank you!")
    expect(declining.page.get_by_text("NO-2")).to_be_visible()

    english = come("panelist-eng", "en", **LAPTOP)
    agree(english)
    begin(english, 31)
    for degrees, emotion, said in ((0, Emotion.FEAR, "Fear"), (12, Emotion.HAPPY, "Happy")):
        assert asked(english) is emotion
        upload(english, turned(degrees))
        answer(english, said, hard=4)
    assert asked(english) is Emotion.NEUTRAL
    english.press("Skip this one")
    end(english)

    # Five come at once: each has a place before anybody gives a photo. One place is left for fear, and two for happy.
    at_once = [from_panel(platform, f"panelist-{number}") for number in range(1, 6)]
    for number, person in enumerate(at_once, start=1):
        reply(platform, person, age=20 + number, read=1)
    turns = [platform.tasks.turn(person).task for person in at_once]
    assert turns == [FEAR, HAPPY, HAPPY, NEUTRAL, NEUTRAL]
    for number, person in enumerate(at_once, start=1):
        give_all(platform, person, number)
    assert given(platform) == {Emotion.FEAR: 2, Emotion.HAPPY: 3, Emotion.NEUTRAL: 5}

    failing = from_panel(platform, "panelist-fail")
    assert reply(platform, failing, age=60, read=2) == {"read": Outcome.WRONG}
    assert reply(platform, failing, age=60, read=2) == {"read": Outcome.FAILED}
    failed = platform.participations.mine(failing)
    assert study.recruiting.exit_for(failed.status).code == "CHECK-4"

    german = come("panelist-ger", "de", "phone", **PHONE)
    agree(german)
    begin(german, 42)
    assert asked(german) is Emotion.NEUTRAL, "of all else there is enough"
    take(german)
    answer(german, "Neutral", hard=2)
    end(german)

    platform.withdrawal.withdraw_everything(at_once[0])
    arabic = come("panelist-ara", "ar", "desktop", **LAPTOP)
    agree(arabic)
    begin(arabic, 53, misunderstands=True)
    assert asked(arabic) is Emotion.FEAR, "the place of whoever withdrew is free again"
    upload(arabic, turned(-12))
    answer(arabic, "Fear", hard=5)
    assert asked(arabic) is Emotion.NEUTRAL
    arabic.press("Skip this one")
    end(arabic)

    assert given(platform) == {Emotion.FEAR: 2, Emotion.HAPPY: 3, Emotion.NEUTRAL: 5}
    everybody = platform.participations.of_study(OPERATOR, study.id)
    ended = {"dec": Status.DECLINED, "fail": Status.FAILED_CHECK, "1": Status.WITHDREW}
    names = ("eng", "dec", "1", "2", "3", "4", "5", "fail", "ger", "ara")
    assert {one.panel_id: one.status for one in everybody} == {
        f"panelist-{name}": ended.get(name, Status.COMPLETED) for name in names
    }

    label_everything(platform)
    version = tmp_path / "v1"
    words = exported(platform, version)
    fear, happy, neutral = (Emotion.FEAR, Emotion.HAPPY, Emotion.NEUTRAL)
    assert three_labels(version, tmp_path / "cache") == {
        (fear, fear, Emotion.SURPRISE): 2,
        (happy, happy, happy): 2,
        (happy, Emotion.SAD, happy): 1,
        (neutral, neutral, Emotion.SAD): 5,
    }
    people, photos = (pandas.read_csv(version / f"{name}.csv") for name in ("participants", "photos"))
    assert dict(zip(people.age, people.again, strict=True)) == {31: 1, 42: 1, 53: 1, 22: 2, 23: 2, 24: 2, 25: 2}
    assert sorted(photos.hard) == [2, 2, 2, 3, 3, 4, 4, 4, 5, 5]
    asked_in = {one["name"]: one["text"] for one in json.loads((version / "codebook.json").read_text())["questions"]}
    assert set(asked_in) == {question.name for question in QUESTIONS}
    assert asked_in["age"] == dict(zip(("en", "de", "ar"), TABLE[5], strict=True))
    assert not found, "\n".join(found)
    assert "panelist" not in words + server.printed.read_text()


def given(platform) -> dict[Emotion, int]:
    return platform.progress.of(OPERATOR, platform.studies.current().id).given
