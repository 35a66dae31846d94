"""Where the next page of a list begins: opaque to programs, signed, good for the same list only."""

from itsdangerous import BadSignature, URLSafeSerializer

from contentlib.errors import InvalidInput
from web.transaction import library


def after(last_id: int, *, of: str) -> str:
    """The cursor behind the row of that id in the list `of`."""
    return _serializer(of).dumps(last_id)


def read(cursor: str, *, of: str) -> int:
    """The id after which the page begins. Raises InvalidInput for one not made for this list."""
    try:
        return int(_serializer(of).loads(cursor))
    except BadSignature as error:
        raise InvalidInput(
            "That cursor is not one of ours, or belongs to a list narrowed otherwise.",
            {"cursor": "Take `next_cursor` of the page before, with the same filters."},
        ) from error


def _serializer(of: str) -> URLSafeSerializer:
    return URLSafeSerializer(library().signing_key, salt=f"api-cursor:{of}")
