"""The clock, the mail server and the web."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol


class Clock(Protocol):
    """Tells the time. Called by every edge; services are given `now` as a value."""

    def now(self) -> datetime:
        """The present moment, timezone-aware, in UTC."""


class Mailer(Protocol):
    """Hands a message to a mail server. Called by reactions only."""

    def send(self, message: EmailMessage) -> None:
        """Returns when the server has accepted it. Raises DeliveryFailed."""


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """The answer of a web server: the address after redirects, and the body."""

    url: str
    media_type: str
    body: bytes


class WebFetcher(Protocol):
    """Fetches a public page. Called by the worker and `import`."""

    def fetch(self, url: str, *, max_bytes: int) -> FetchedPage:
        """Raises AddressRefused for an inside or odd address, DeliveryFailed otherwise."""


Progress = Callable[[str], None]
