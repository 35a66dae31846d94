"""`Idempotency-Key`: a write told twice, because an answer got lost, is done once.

The id of what is written is derived from the token and the key, so the table itself remembers.
"""

import hashlib
import hmac

from flask import request

from contentlib.errors import InvalidInput
from contentlib.ids import public_id
from web.api.bearer import caller
from web.transaction import library

HEADER = "Idempotency-Key"
MEANING = "A word of the caller's own, new for each new request: told again, it is done once"
_LONGEST = 255


def id_of_write(kind: str) -> str:
    """The public id for what this request writes: the same for the same token and key, else new.

    Raises InvalidInput for an empty or overlong key.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return public_id()
    if not 1 <= len(key) <= _LONGEST:
        raise InvalidInput(
            f"An {HEADER} has between 1 and {_LONGEST} characters.", {HEADER: "Too short or long."}
        )
    told = f"{kind}:{caller().token_id}:{key}"
    return hmac.new(library().signing_key, told.encode(), hashlib.sha256).hexdigest()[:32]
