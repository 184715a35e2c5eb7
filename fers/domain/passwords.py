"""Which passwords can be chosen. In the spirit of NIST SP 800-63B: long enough, not among the first that anybody would
try, and no rules beyond that about what has to be in one."""

import unicodedata

from fers.errors import InvalidInput

SHORTEST, LONGEST = 10, 200
_FEWEST_CHARACTERS = 4
"""So many different ones: neither blank nor a few again and again."""
_TRIED_FIRST = """
0123456789 1234567890 1234567891 12345678910 123456789a a123456789 123456789q 9876543210 0987654321
0123456789a 123456789abc abc123456789 1122334455 1231231234 1234512345 1029384756 1a2b3c4d5e a1b2c3d4e5
abcd123456 abcde12345 abc1234567 abcdefghij abcdefghijk abcdefghijklmnopqrstuvwxyz q1w2e3r4t5 q1w2e3r4t5y6
1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc zaq12wsxcde3 qazwsxedcrfv qwertyuiop qwertyuiop1
qwertyuiop123 qwertyuiopasdfghjkl qwerty12345 qwerty123456 qwerty1234 qwer123456 qwerasdfzxcv asdfghjkl1
asdfghjkl123 zxcvbnm123 zxcvbnmasd qwertzuiop azertyuiop password12 password123 password1234 password12345
password123! password01 passwordpassword passw0rd123 p@ssw0rd123 p@ssword123 password!1 mypassword letmein123
letmein1234 welcome123 welcome1234 welcome2023 welcome2024 welcome2025 welcome2026 administrator admin12345
admin123456 adminadmin changeme123 iloveyou12 iloveyou123 iloveyou1234 sunshine123 princess123 football123
baseball123 basketball superman123 michael123 charlie123 monkey12345 dragon12345 computer123 internet123
whatever123 trustno1trustno1 unbelievable manchester skateboard volleyball strawberry california
correcthorsebatterystaple
"""
_COMMONEST = frozenset(_TRIED_FIRST.split())


def check(password: str, email: str) -> None:
    """Raises InvalidInput for a password that the account with this e-mail can't have."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput("password.wrong-length", shortest=SHORTEST, longest=LONGEST)
    plain, address = _plain(password), _plain(email)
    if len(set(plain)) < _FEWEST_CHARACTERS:
        raise InvalidInput("password.repetitive")
    if plain in _COMMONEST:
        raise InvalidInput("password.common")
    if plain in (address, address.partition("@")[0]):
        raise InvalidInput("password.is-the-email")


def _plain(text: str) -> str:
    """As it is compared: whoever guesses tries every spelling."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
