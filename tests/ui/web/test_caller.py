"""Where somebody is, as far as the server in front can be believed."""

import pytest
import streamlit as st
from streamlit.runtime.context import StreamlitHeaders

from fers.ui.web.caller import caller, network


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        (" 192.0.2.7 ", "192.0.2.7/32"),
        ("192.0.2.7:50123", "192.0.2.7/32"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("", ""),
        ("unknown", ""),
        ("a, b", ""),
    ],
)
def test_addresses_that_one_person_chooses_among_are_one(address, expected):
    assert network(address) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], "203.0.113.5/32"),
        ([("x-forwarded-for", "192.0.2.7")], "192.0.2.7/32"),
        ([("x-forwarded-for", "made up, 10.9.8.7, 192.0.2.7")], "192.0.2.7/32"),
        ([("x-forwarded-for", "10.9.8.7"), ("x-forwarded-for", "192.0.2.7")], "192.0.2.7/32"),
    ],
)
def test_what_a_browser_says_itself_of_where_it_is_counts_for_nothing(monkeypatch, headers, expected):
    monkeypatch.setattr(type(st.context), "headers", StreamlitHeaders(headers))
    monkeypatch.setattr(type(st.context), "ip_address", "203.0.113.5")
    assert caller() == expected
