"""For stores of what is kept of people: two whom the records know."""

import pytest

from .samples import a_person


class TwoPeople:
    @pytest.fixture
    def records(self, backend):
        """With "ada" and "bob" in them."""
        records = backend.records()
        for name in ("ada", "bob"):
            records.create_person(a_person(name))
        return records
