"""What programs call. So far: whether the service is alive, and whether it is ready."""

from flask import Flask

from web.api import health


def init_app(app: Flask) -> None:
    app.register_blueprint(health.bp)
