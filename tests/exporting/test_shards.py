"""Shards are what other readers and writers of their formats take them for."""

import tarfile

from hypothesis import given
from hypothesis import strategies as st

from fers.exporting.shards import tar_header

names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=100)


@given(names.filter(lambda name: not name.endswith("/")), st.integers(0, 8**11 - 1))
def test_tar_headers_are_those_of_the_standard_library(name, size):
    known = tarfile.TarInfo(name)
    known.size = size
    assert tar_header(name, size) == known.tobuf(tarfile.USTAR_FORMAT)
