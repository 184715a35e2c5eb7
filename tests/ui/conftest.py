from tests.hashing import quick_hashes  # noqa: F401
