"""The scenarios played for real: requests to the share links, beats as the viewer sends them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from contentlib.engagement.models import Visit
from contentlib.ids import public_id, sign_token
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.sending import service as sending
from contentlib.share import service as shares
from contentlib.share.models import Share
from contentlib.workspace import service as workspace
from tests.factories import make_asset
from tests.relevance.tracking.stage import SENT, Asked, Scenario, Told
from tests.web.viewing import buyer, view_token

_PAGES = 50
_ASSETS = 5


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a scenario's message."""

    share_id: int
    path: str


@dataclass(slots=True)
class _Loading:
    """What a page that was loaded tells with: its token, and since when."""

    token: str
    at: float
    told: int = 0


class Stage:
    """One library in which every scenario has a message of its own."""

    def __init__(self, library: Library, app: Flask, sender: Viewer) -> None:
        self.library, self.app, self._sender = library, app, sender
        self._assets = [
            make_asset(library, f"Story {n}", *(f"Page {p} of {n}." for p in range(1, _PAGES + 1)))
            for n in range(1, _ASSETS + 1)
        ]
        # one message holds an asset once
        self._another = make_asset(library, "Another story", "Page 1.")

    def play(self, scenario: Scenario) -> Link:
        """Sends the message, and lets the visitor come. Returns the link that was visited."""
        for marked in scenario.marked:
            self._mark(str(marked.range), marked.name, marked.certainty)
        link, other = self._sent(scenario)
        client = self._browser(scenario)
        loadings: dict[int, _Loading] = {}
        for at, sign in _in_time(scenario):
            self._move_to(at)
            if sign is None:
                self._ask(client, other.path, replace(scenario.asked[0], asset=1, page=1))
            elif isinstance(sign, Asked):
                answer = self._ask(client, link.path, sign)
                if 'data-view="' in answer:
                    loadings[sign.page] = _Loading(view_token(answer), at)
            else:
                self._tell(client, link.path, sign, loadings)
        return link

    def taken_for(self, link: Link) -> list[tuple[str, str]]:
        """Class and rule of the visits on a link, in the order of time."""
        with self.library.database.reading() as session:
            visits = session.scalars(
                select(Visit).where(Visit.share_id == link.share_id).order_by(Visit.started_at)
            )
            return [(visit.visitor_class, visit.rule) for visit in visits]

    def _sent(self, scenario: Scenario) -> tuple[Link, Link]:
        message = public_id()
        with self.library.database.unit_of_work() as session:
            made = [
                shares.create(session, viewer=self._sender, asset_public_ids=assets, now=SENT)
                for assets in (self._assets, [self._another])
            ]
            for at in scenario.sent:
                sending.record_share_sent(
                    session,
                    shares=made if scenario.other_links else made[:1],
                    evidence=scenario.evidence,
                    source_key=f"{message}:{at}",
                    now=SENT + timedelta(seconds=at),
                )
            if scenario.other_links and not scenario.sent:
                raise ValueError("links are others of one message only where it was sent")
            return self._link(made[0]), self._link(made[1])

    def _link(self, share: Share) -> Link:
        token = sign_token(share.public_id, key=self.library.signing_key, purpose="share")
        return Link(share.id, f"/s/{token}")

    def _browser(self, scenario: Scenario) -> FlaskClient:
        client = buyer(self.app)
        if scenario.by_colleague:
            with client.session_transaction() as cookie:
                cookie["_user_id"] = "somebody.stamp"
        return client

    def _ask(self, client: FlaskClient, path: str, asked: Asked) -> str:
        answer = client.open(
            f"{path}/{asked.asset}/{asked.page}",
            method=asked.method,
            headers={"User-Agent": asked.agent, **asked.headers},
            environ_overrides={"REMOTE_ADDR": asked.address},
        )
        assert answer.status_code == 200, (asked, answer.status_code)
        return answer.text

    def _tell(
        self, client: FlaskClient, path: str, told: "_Telling", loadings: dict[int, _Loading]
    ) -> None:
        page = told.told.page
        loading = loadings.get(page) or next(iter(loadings.values()))
        loading.told += 1
        answer = client.post(
            f"{path}/beat",
            json={
                "token": loading.token,
                "ordinal": loading.told,
                "pages": {str(page): told.attention_ms},
                "input": told.told.touched,
                "signals": {"webdriver": told.told.webdriver},
            },
            headers={"User-Agent": told.asked.agent},
            environ_overrides={"REMOTE_ADDR": told.asked.address},
        )
        assert answer.status_code == 204, (told, answer.status_code)

    def _move_to(self, at: float) -> None:
        clock = self.library.clock
        clock.move(SENT + timedelta(seconds=at) - clock.now())  # type: ignore[attr-defined]

    def _mark(self, cidr: str, label: str, certainty: str) -> None:
        with self.library.database.unit_of_work() as session:
            workspace.add_machine_network(
                session, actor="test", cidr=cidr, label=label, certainty=certainty, now=SENT
            )


@dataclass(frozen=True, slots=True)
class _Telling:
    """One beat about a page: how long it was seen so far."""

    told: Told
    attention_ms: int
    asked: Asked


def _in_time(scenario: Scenario) -> list[tuple[float, Asked | _Telling | None]]:
    """What happens in the order of time; None is a request on the message's other link."""
    found: list[tuple[float, Asked | _Telling | None]] = [
        *((asked.at, asked) for asked in scenario.asked),
        *((at, None) for at in scenario.other_links),
    ]
    for told in scenario.told:
        found += _beats(scenario, told)
    return sorted(found, key=lambda happened: happened[0])


def _beats(scenario: Scenario, told: Told) -> Iterator[tuple[float, _Telling]]:
    """A page tells that it is seen after a second, and how long it was when it is left."""
    before = [asked for asked in scenario.asked if asked.at <= told.at]
    asked = [one for one in before if one.page == told.page] or before
    left = max(told.at, told.at - 1 + told.seconds)
    if told.seconds > 1:
        yield told.at, _Telling(told, 1000, asked[-1])
    yield left, _Telling(told, int(told.seconds * 1000), asked[-1])
