"""Mail sites as far as a test needs them: pages of ours on the sites' real origins, and servers
that take, refuse or drop what is sent."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Request, Route

_PAGES = Path(__file__).parent / "sites"
# as strict as the real ones: no inline script but the fixture's, no HTML from strings
_POLICY = "script-src 'nonce-fixture'; object-src 'none'; base-uri 'self'; {more}"


@dataclass
class MailSite:
    """One site: what its pages are, what its server was asked, and what it answers."""

    name: str
    origin: str
    page: str
    is_service: Callable[[str], bool]
    policy: str = _POLICY.format(more="require-trusted-types-for 'script'")
    status: int = 200
    """0: the connection breaks."""
    answer: str = "[]"
    asked: list[str] = field(default_factory=list)

    def serve(self, context: BrowserContext) -> None:
        context.route(re.compile(re.escape(self.origin)), self._meet)

    def _meet(self, route: Route) -> None:
        request = route.request
        if self.is_service(request.url):
            self.asked.append(_body(request))
            if self.status == 0:
                route.abort()
            else:
                route.fulfill(status=self.status, body=self.answer)
        elif request.resource_type == "document":
            route.fulfill(
                body=(_PAGES / self.page).read_text("utf-8"),
                headers={
                    "Content-Type": "text/html; charset=utf-8",
                    "Content-Security-Policy": self.policy,
                },
            )
        else:
            route.fulfill(status=404)


def _body(request: Request) -> str:
    return request.post_data or ""


def gmail() -> MailSite:
    return MailSite(
        "gmail",
        "https://mail.google.com",
        "gmail.html",
        lambda url: urlsplit(url).path.startswith("/sync/"),
    )


def outlook() -> MailSite:
    return MailSite(
        "outlook",
        "https://outlook.office.com",
        "outlook.html",
        lambda url: "action" in parse_qs(urlsplit(url).query),
        answer=json.dumps(taken_by_outlook("AAMk-1")),
    )


def linkedin() -> MailSite:
    return MailSite(
        "linkedin", "https://www.linkedin.com", "linkedin.html", lambda url: "/voyager/" in url
    )


def salesforce() -> MailSite:
    return MailSite(
        "salesforce",
        "https://northwind.lightning.force.com",
        "record.html",
        lambda url: "/aura" in url,
    )


def hubspot() -> MailSite:
    return MailSite("hubspot", "https://app.hubspot.com", "record.html", lambda url: "/api/" in url)


def taken_by_outlook(item: str, *, error: str | None = None) -> dict[str, Any]:
    """The service's answer to a request that creates or updates an item."""
    told: dict[str, Any] = {
        "ResponseClass": "Error" if error else "Success",
        "ResponseCode": error or "NoError",
        "Items": [] if error else [{"ItemId": {"Id": item}}],
    }
    return {"Body": {"ResponseMessages": {"Items": [told]}}}
