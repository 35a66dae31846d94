"""Signed words that a page hands out and gets back: which list a link stood in, what was shown.

They are bound to the member they were made for, so a copied address neither counts as that
member's open nor settles their search.
"""

from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from contentlib.errors import InvalidInput, NotPermitted
from contentlib.ids import read_token, sign_token
from contentlib.member.rules import Viewer
from contentlib.recommendation.service import Recommended
from contentlib.search.service import Answered
from web.transaction import library

_SEARCH = "search-receipt"
SURFACES = ("search", "recommendation", "library", "home")


def list_token(viewer: Viewer, surface: str, public_id: str) -> str:
    """The token of a list shown on a surface; links out of the list carry it as `from`."""
    return sign_token(public_id, key=library().signing_key, purpose=_purpose(viewer, surface))


def read_list_token(viewer: Viewer, token: str) -> tuple[str, str] | None:
    """Surface and public id of a list this member was shown, or None."""
    for surface in SURFACES:
        purpose = _purpose(viewer, surface)
        public_id = read_token(token, key=library().signing_key, purpose=purpose)
        if public_id is not None:
            return surface, public_id
    return None


def _purpose(viewer: Viewer, surface: str) -> str:
    return f"list:{surface}:{viewer.member_id}"


def receipt(viewer: Viewer, answered: Answered) -> str:
    """What a member was shown, to be given back once they settle on it."""
    return _serializer().dumps(
        {
            "member": viewer.member_id,
            "search": answered.public_id,
            "text": answered.text,
            "facets": {key: list(keys) for key, keys in answered.facets.items()},
            "assets": list(answered.asset_ids),
            "confident": answered.confident,
            "opportunity": answered.opportunity_id,
        }
    )


def read_receipt(viewer: Viewer, text: str) -> Answered:
    """Raises InvalidInput for one we did not make, NotPermitted for another member's."""
    told = _told(viewer, text, _SEARCH)
    return Answered(
        public_id=told["search"],
        text=told["text"],
        facets=told["facets"],
        asset_ids=tuple(told["assets"]),
        confident=told["confident"],
        opportunity_id=told["opportunity"],
    )


def recommended_receipt(viewer: Viewer, recommended: Recommended) -> str:
    """What a member was shown for a deal, to be given back once they settle on it."""
    return _serializer("recommended-receipt").dumps(
        {
            "member": viewer.member_id,
            "id": recommended.public_id,
            "deal": recommended.deal,
            "assets": list(recommended.asset_ids),
            "confident": recommended.confident,
            "confidence": recommended.confidence,
            "opportunity": recommended.opportunity_id,
        }
    )


def read_recommended_receipt(viewer: Viewer, text: str) -> Recommended:
    """Raises InvalidInput for one we did not make, NotPermitted for another member's."""
    told = _told(viewer, text, "recommended-receipt")
    return Recommended(
        public_id=told["id"],
        deal=told["deal"],
        asset_ids=tuple(told["assets"]),
        confident=told["confident"],
        confidence=told["confidence"],
        opportunity_id=told["opportunity"],
    )


def _told(viewer: Viewer, text: str, salt: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = _serializer(salt).loads(text)
    except BadSignature as error:
        raise InvalidInput("That receipt is not one of ours.") from error
    if told["member"] != viewer.member_id:
        raise NotPermitted("That was shown to somebody else.")
    return told


def _serializer(salt: str = _SEARCH) -> URLSafeSerializer:
    return URLSafeSerializer(library().signing_key, salt=salt)
