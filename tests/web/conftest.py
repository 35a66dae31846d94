"""What the tests of pages share: the application, and people who are signed in to it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.library import Library
from tests.cast import Cast
from tests.web.browsing import browser_of
from web import create_app


@pytest.fixture
def app(library: Library, cast: Cast) -> Flask:
    return create_app(library)


@pytest.fixture
def rosa(app: Flask, cast: Cast) -> FlaskClient:
    return browser_of(app, cast.rosa)


@pytest.fixture
def mira(app: Flask, cast: Cast) -> FlaskClient:
    return browser_of(app, cast.mira)
