"""What programs call: the REST API of /api/v1."""

from flask import Blueprint, Flask, request

from web.api import (
    assets,
    bearer,
    composing,
    content_requests,
    extension,
    openapi,
    pairing_tries,
    recommendations,
    search,
    vocabulary,
    watching,
)
from web.security import csrf

_LARGEST_BODY = 1 << 20
_PARTS = (
    assets.bp,
    vocabulary.bp,
    search.bp,
    recommendations.bp,
    content_requests.bp,
    extension.bp,
    composing.bp,
    watching.bp,
    openapi.bp,
)


def _keep_bodies_small() -> None:
    request.max_content_length = _LARGEST_BODY


def init_app(app: Flask) -> None:
    bearer.init_app(app)
    pairing_tries.init_app(app)
    v1 = Blueprint("api", __name__, url_prefix=openapi.PREFIX)
    v1.before_request(_keep_bodies_small)
    for part in _PARTS:
        v1.register_blueprint(part)
        # a token is sent by programs on purpose, never by a browser on its own
        csrf.exempt(part)
    app.register_blueprint(v1)
