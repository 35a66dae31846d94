"""What the server loads in each of its processes."""

from flask import Flask

from contentlib.settings import load_settings
from web import create_app
from web.processes import end_with_parent
from web.wiring import open_library


def app() -> Flask:
    """The whole application, set up from the environment."""
    end_with_parent()
    return create_app(open_library(load_settings()))


def viewer_app() -> Flask:
    """Only the share links."""
    end_with_parent()
    return create_app(open_library(load_settings()), only_viewer=True)
