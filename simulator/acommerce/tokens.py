"""POST /identity/token, and who may come in."""

import secrets

from .contract import Answer, Context, Refusal
from .orders import read_json
from .state import Platform, Token

HEADER = "x-subject-token"


def issue_token(context: Context, credentials: tuple[str, str]) -> Answer:
    """A token for user and API key."""
    document = read_json(context)
    try:
        given = document["auth"]["apiKeyCredentials"]
        login = given["username"], given["apiKey"]
    except (KeyError, TypeError):
        context.breach("token_body", "no auth.apiKeyCredentials with username and apiKey")
        raise Refusal(400, "Bad Request") from None
    if login != credentials:
        raise Refusal(401, "Unauthorized")
    platform = context.platform
    token = Token(secrets.token_hex(16), platform.clock.now() + platform.token_life)
    platform.tokens[token.token_id] = token
    stamp = platform.stamp(token.ends, 6)
    answer = {"token_id": token.token_id, "username": login[0], "expires_at": stamp}
    return Answer({"token": answer})


def admit(platform: Platform, headers: dict[str, str], breach) -> None:
    """Raises 401 for a token that is not, or no longer, good."""
    given = headers.get(HEADER)
    if not given:
        breach("no_token", "a call without a token")
        raise Refusal(401, "Unauthorized")
    token = platform.tokens.get(given)
    if token is None:
        breach("dead_token", "a token that was refused before, or never given out")
        raise Refusal(401, "Unauthorized")
    if token.calls_left is not None:
        token.calls_left -= 1
    is_over = token.calls_left is not None and token.calls_left < 0
    if is_over or platform.clock.now() >= token.ends:
        del platform.tokens[given]
        raise Refusal(401, "Unauthorized")
