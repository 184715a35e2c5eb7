"""Where the browser in front of a page is, as coarsely as is enough to slow down whoever guesses there."""

import ipaddress

import streamlit as st


def caller() -> str:
    """The network that this page's browser is in; "" where nobody says."""
    forwarded = ",".join(st.context.headers.get_all("X-Forwarded-For"))
    return network(forwarded.rpartition(",")[2] or st.context.ip_address or "")


def network(address: str) -> str:
    """An IPv4 address, or the 64 bits of an IPv6 one that its owner doesn't choose; "" for anything else.

    Of several the last is what the server in front saw itself: those before it are what browsers say.
    """
    plain = address.strip().strip("[]")
    try:
        known = ipaddress.ip_address(plain)
    except ValueError:
        try:
            known = ipaddress.ip_address(plain.rpartition(":")[0].strip("[]"))
        except ValueError:
            return ""
    if known.version == 6 and known.ipv4_mapped:
        known = known.ipv4_mapped
    return str(ipaddress.ip_network((known, 32 if known.version == 4 else 64), strict=False))
