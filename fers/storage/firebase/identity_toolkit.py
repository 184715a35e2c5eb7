"""Identity Toolkit, the part of Firebase Auth that firebase-admin leaves out: checking passwords and writing mails, by
REST as the client libraries do."""

import os
from typing import Any

import requests
from google.api_core.exceptions import Forbidden, TooManyRequests, Unauthorized

from fers.errors import OutOfOrder, TooManyAttempts
from fers.storage.firebase.failures import explained

_WRONG = {
    "EMAIL_NOT_FOUND",
    "INVALID_PASSWORD",
    "INVALID_LOGIN_CREDENTIALS",
    "INVALID_EMAIL",
    "MISSING_PASSWORD",
    "USER_DISABLED",
}
"""What Identity Toolkit calls credentials that open nothing."""
_NOT_SET_UP = {"CONFIGURATION_NOT_FOUND", "OPERATION_NOT_ALLOWED", "PASSWORD_LOGIN_DISABLED"}
"""What it calls a project without sign-in by e-mail."""


class IdentityToolkit:
    """What FERS asks of it. Where FIREBASE_AUTH_EMULATOR_HOST names an emulator, that is asked."""

    def __init__(self, api_key: str, timeout: float):
        emulator = os.environ.get("FIREBASE_AUTH_EMULATOR_HOST")
        host = f"http://{emulator}/identitytoolkit" if emulator else "https://identitytoolkit"
        self._accounts = f"{host}.googleapis.com/v1/accounts:"
        self._api_key = api_key
        self._timeout = timeout

    def sign_in(self, email: str, password: str) -> str | None:
        """An ID token, or None for wrong credentials. Raises TooManyAttempts and StoreUnavailable."""
        credentials = {"email": email, "password": password, "returnSecureToken": True}
        answer, problem = self._ask("signInWithPassword", credentials)
        if problem in _WRONG:
            return None
        if problem == "TOO_MANY_ATTEMPTS_TRY_LATER":
            raise TooManyAttempts("sign-in.too-many-attempts")
        token: str = _sound(answer, problem)["idToken"]
        return token

    def send_mail(self, request: dict[str, Any]) -> None:
        """Nothing happens for an unknown e-mail, so that nobody learns which are known."""
        answer, problem = self._ask("sendOobCode", request)
        if problem not in _WRONG and not problem.endswith("_EXCEED_LIMIT"):  # Of mails to one known address.
            _sound(answer, problem)

    def _ask(self, method: str, body: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """The answer, and the first word of what is wrong with the question ("" for nothing)."""
        with explained():
            response = self._response(method, body)
            if response.status_code >= 500:
                raise requests.ConnectionError(f"status {response.status_code}")
            answer = response.json()
            message = answer.get("error", {}).get("message", "")
            problem = message.partition(" ")[0] if "_" in message else message.partition(".")[0]
            if response.status_code == TooManyRequests.code or problem == "QUOTA_EXCEEDED":
                raise TooManyRequests("Identity Toolkit")
            if response.status_code in (Unauthorized.code, Forbidden.code) and problem not in _NOT_SET_UP:
                raise Forbidden("Identity Toolkit")
        return answer, problem

    def _response(self, method: str, body: dict[str, Any]) -> requests.Response:
        """Asked for once more where the connection broke or the server failed; not where it took too long."""

        def ask() -> requests.Response:
            return requests.post(
                self._accounts + method, params={"key": self._api_key}, json=body, timeout=self._timeout
            )

        try:
            response = ask()
        except requests.Timeout:
            raise
        except requests.ConnectionError:
            return ask()
        return ask() if response.status_code >= 500 else response


def _sound(answer: dict[str, Any], problem: str) -> dict[str, Any]:
    if problem:
        raise OutOfOrder("firebase.sign-in-refused", problem=problem)
    return answer
