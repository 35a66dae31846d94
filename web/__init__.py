"""The web: the only package that knows HTTP. `create_app` is its table of contents."""

from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from contentlib.library import Library
from web import errors, security, transaction


def create_app(library: Library, *, only_viewer: bool = False) -> Flask:
    """The application for a library; `only_viewer` leaves all but share links and health out,
    unloaded."""
    app = Flask(__name__)
    settings = library.settings
    app.config.update(
        SECRET_KEY=library.signing_key,
        SESSION_COOKIE_NAME="contentlib",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=(settings.upload_max_mb + 1) << 20,
        MAX_FORM_MEMORY_SIZE=2 << 20,
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,
        ONLY_VIEWER=only_viewer,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.extensions["library"] = library

    transaction.init_app(app)
    errors.init_app(app)
    security.init_app(app)

    from web import health
    from web.viewer import share as viewer

    app.register_blueprint(health.bp)
    app.register_blueprint(viewer.bp)
    if only_viewer:
        return app

    from flask_bootstrap import Bootstrap5

    from web import api, auth, pages

    Bootstrap5(app)
    auth.init_app(app)
    pages.init_app(app)
    api.init_app(app)
    return app
