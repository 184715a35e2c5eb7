"""Passwords, personal codes and tokens, and how little of each is kept."""

import base64
import hashlib
import secrets
import threading
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from cryptography.fernet import Fernet

from fers.domain.people import Identity

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no letter that is easily taken for another, or for a digit."""
_CODE_LETTERS = 16
_GROUP = 4
_MISREAD = str.maketrans("OIL", "011", " -")
_HASHES_AT_ONCE = 4
"""Each takes 64 MiB for about 50 ms: a burst of attempts waits here and does not fill the memory."""


class Passwords:
    """Argon2id, in whose hashes the parameters are written, so that they can be raised later."""

    def __init__(self, hasher: PasswordHasher | None = None):
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(_HASHES_AT_ONCE)

    def hash(self, password: str) -> str:
        with self._turns:
            return self._hasher.hash(password)

    def matches(self, password: str, known_hash: str | None) -> bool:
        """False for None (no account) and "" (an account without a password), after the same time as for any other."""
        with_dummy = known_hash or self._dummy_hash
        with self._turns:
            try:
                matches = self._hasher.verify(with_dummy, password)
            except VerificationError:
                return False
        return matches and bool(known_hash)

    def is_outdated(self, known_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(known_hash)

    @cached_property
    def _dummy_hash(self) -> str:
        return self._hasher.hash(secrets.token_hex(16))


def new_code() -> str:
    """A personal code of 80 random bits, like `7K3Q-9WZA-02MX-H5TD`."""
    letters = "".join(secrets.choice(_CROCKFORD) for _ in range(_CODE_LETTERS))
    return "-".join(letters[start : start + _GROUP] for start in range(0, _CODE_LETTERS, _GROUP))


def plain_code(code: str) -> str:
    """The code as it was made, less its dashes: in capitals, without spaces, misread letters put right."""
    return code.strip().upper().translate(_MISREAD)


def code_key(code: str) -> str:
    """What attempts at personal codes are counted by: whose first group is the same."""
    return f"code {sha256(plain_code(code)[:_GROUP])}"


def plain_email(email: str) -> str:
    """An address as it is compared."""
    return email.strip().casefold()


def email_key(email: str) -> str:
    """What attempts at an account are counted by."""
    return f"e-mail {sha256(plain_email(email))}"


def device_key(person_id: str, device: str) -> str:
    """What is kept of a browser that a person came in with, and what attempts with it are counted by: nothing that
    tells whether another person used it too."""
    return sha256(f"device {person_id} {device}")


def identity_key(identity: Identity) -> str:
    """What is kept of how a provider knows somebody."""
    return sha256(f"{identity.issuer} {identity.subject}")


def new_token() -> str:
    """256 random bits that can stand in an address."""
    return secrets.token_urlsafe(32)


def sealed(secret: str, key: str) -> str:
    """`secret`, to be read again by whoever has `key`, itself a random secret."""
    return _box(key).encrypt(secret.encode()).decode()


def unsealed(seal: str, key: str) -> str:
    return _box(key).decrypt(seal.encode()).decode()


def _box(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"box {key}".encode()).digest()))


def sha256(text: str) -> str:
    """Enough to keep of random secrets, which nobody can guess; passwords need `Passwords`."""
    return hashlib.sha256(text.encode()).hexdigest()
