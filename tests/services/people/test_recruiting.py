"""What a link for a panel, and the ways back, may be like."""

from dataclasses import replace

import pytest

from fers.domain.people import OPERATOR
from fers.domain.recruiting import Exit, Recruiting
from fers.errors import InvalidInput
from tests.people import recruit


def save(platform, recruiting):
    platform.studies.update(OPERATOR, replace(platform.studies.current(), recruiting=recruiting))


def test_a_study_keeps_how_it_recruits(platform):
    study = recruit(platform)
    assert platform.studies.current() == study
    assert study.recruiting.completed.address("a b&c=d") == "https://panel.example/done?id=a%20b%26c%3Dd"


@pytest.mark.parametrize("parameter", ["study", "code", "1st", "a b", "a&b", "é", "x" * 41, "id="])
def test_a_parameter_that_no_link_could_have_is_refused(platform, parameter):
    with pytest.raises(InvalidInput) as refused:
        save(platform, Recruiting(parameter))
    assert refused.value.code == "recruiting.parameter"


@pytest.mark.parametrize(
    "url",
    [
        "http://panel.example/done",
        "javascript:alert(1)",
        "https:///done",
        "https://",
        "panel.example/done",
        "https://{id}.example/done",
        "https://panel.example@evil.example/",
        "https://panel.example:99999/",
        "https://panel.example/a b",
        "https://panel.example/\\evil",
        "https://panel.example/{name}",
        "https://panel.example/{",
        "https://pänel.example/",
        "https://panel.example/" + "a" * 500,
        "https://panel.example/\n",
    ],
    ids=str,
)
def test_a_way_back_that_is_no_plain_https_address_is_refused(platform, url):
    with pytest.raises(InvalidInput) as refused:
        save(platform, Recruiting("id", declined=Exit(url)))
    assert refused.value.code == "recruiting.url" and "{id}" in refused.value.next


@pytest.mark.parametrize(
    "url",
    [
        "https://app.prolific.com/submissions/complete?cc=C1ABCDEF",
        "https://s.sona-systems.com/webstudy_credit.aspx?experiment_id=1&credit_token=a1&survey_code={id}",
        "https://connect.cloudresearch.com:443/participant/project/ABC/complete#done",
        "https://panel.example/{id}/done",
    ],
    ids=str,
)
def test_the_panels_own_addresses_are_taken(platform, url):
    save(platform, Recruiting("id", completed=Exit(url)))
    assert platform.studies.current().recruiting.completed.url == url


@pytest.mark.parametrize("code", ["x" * 101, "two\nlines"], ids=["long", "lines"])
def test_a_code_that_nobody_could_copy_is_refused(platform, code):
    with pytest.raises(InvalidInput) as refused:
        save(platform, Recruiting("id", failed_check=Exit(code=code)))
    assert refused.value.code == "recruiting.code"
