"""Pages for signed-in members: one module and one blueprint a page."""

from typing import Any

from flask import Flask
from flask_login import current_user

from web import formatting
from web.pages import (
    asset,
    collection,
    compare,
    content_request,
    extension,
    favourite,
    findability,
    job,
    library,
    member,
    network,
    notification,
    opportunity,
    recommendation,
    report,
    search,
    sent,
    share,
    share_list,
    share_preset,
    sign_in,
    token,
    upload,
)

_BLUEPRINTS = (
    sign_in.bp,
    search.bp,
    library.bp,
    asset.bp,
    findability.bp,
    favourite.bp,
    collection.bp,
    compare.bp,
    upload.bp,
    share_preset.bp,
    share_list.bp,
    share.bp,
    sent.bp,
    opportunity.bp,
    recommendation.bp,
    content_request.bp,
    report.bp,
    member.bp,
    notification.bp,
    network.bp,
    token.bp,
    extension.bp,
    job.bp,
)


def _viewer() -> dict[str, Any]:
    return {"viewer_now": current_user.viewer if current_user.is_authenticated else None}


def init_app(app: Flask) -> None:
    formatting.init_app(app)
    app.context_processor(_viewer)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
