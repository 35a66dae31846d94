"""The queue of events and the count of what is not seen, as rules."""

from typing import Any

import pytest

from tests.browser.modules import Modules

pytestmark = pytest.mark.slow

EMPTY = {"waiting": [], "told": [], "lost": 0, "not_before": 0, "tries": 0, "singly": 0}


def event(number: int, kind: str = "sent", message: str = "m") -> dict[str, Any]:
    return {"id": f"e{number}", "kind": kind, "message": message, "recipients": [], "items": []}


class Queue:
    """A queue in Python's hands, its rules in the browser's."""

    def __init__(self, modules: Modules) -> None:
        self._modules, self.held = modules, dict(EMPTY)

    def add(self, told: dict[str, Any], *, at: int = 0, hold: int = 0) -> None:
        times = {"accepted_at": at, "hold_until": at + hold}
        self.held = self._modules.call("lib/queue.js", "withEvent", self.held, told, times)

    def withdraw(self, message: str, *, at: int) -> None:
        script = """async ([queue, message, at]) => {
          const { withdrawn } = await import("/lib/queue.js");
          return withdrawn(queue, message, at, () => ({ id: "back", kind: "taken_back", message }));
        }"""
        self.held = self._modules.run(script, [self.held, message, at])

    def leave(self, *, now: int) -> list[str]:
        going = self._modules.call("lib/queue.js", "leaving", self.held, now)
        self.held = going["queue"]
        return [told["id"] for told in going["events"]]

    def answered(self, *ids: str, now: int = 0) -> None:
        script = """async ([queue, ids, now]) =>
          (await import("/lib/queue.js")).answered(queue, new Set(ids), now)"""
        self.held = self._modules.run(script, [self.held, list(ids), now])

    def unanswered(self, *, now: int, retry_after_ms: int | None = None) -> None:
        pauses = {"first": 1000, "longest": 60_000, "retry_after_ms": retry_after_ms}
        self.held = self._modules.call("lib/queue.js", "unanswered", self.held, now, pauses)

    def unreadable(self, *ids: str) -> None:
        self.held = self._modules.call("lib/queue.js", "unreadable", self.held, list(ids))

    @property
    def waiting(self) -> list[str]:
        return [entry["event"]["id"] for entry in self.held["waiting"]]


@pytest.fixture
def queue(modules: Modules) -> Queue:
    return Queue(modules)


def test_an_event_leaves_when_its_hold_is_over_and_goes_when_it_is_answered(queue: Queue) -> None:
    queue.add(event(1), at=100, hold=35)
    assert queue.leave(now=134) == []
    assert queue.leave(now=135) == ["e1"]
    assert queue.waiting == ["e1"]
    queue.answered("e1")
    assert queue.waiting == []


def test_what_is_not_answered_is_told_again_under_the_same_id_later_and_later(
    queue: Queue,
) -> None:
    queue.add(event(1))
    now = 0
    for pause in (1000, 2000, 4000):
        assert queue.leave(now=now) == ["e1"]
        queue.unanswered(now=now)
        assert queue.leave(now=now + pause - 1) == []
        now += pause
    queue.unanswered(now=now, retry_after_ms=50_000)
    assert queue.leave(now=now + 49_999) == []
    assert queue.leave(now=now + 50_000) == ["e1"]


def test_a_mail_whose_request_is_made_twice_is_told_once(queue: Queue) -> None:
    queue.add(event(1))
    queue.add(event(2))
    assert queue.leave(now=0) == ["e1"]
    queue.answered("e1")
    queue.add(event(3))
    assert queue.waiting == []


def test_what_is_taken_back_in_time_is_gone_without_a_word(queue: Queue) -> None:
    queue.add(event(1), at=10, hold=35)
    queue.withdraw("m", at=20)
    assert queue.waiting == []


def test_a_draft_saved_before_the_mail_left_takes_nothing_back(queue: Queue) -> None:
    queue.add(event(1), at=10, hold=35)
    queue.withdraw("m", at=9)
    assert queue.waiting == ["e1"]
    queue.answered(*queue.leave(now=50))
    queue.withdraw("m", at=9)
    assert queue.waiting == []


def test_what_may_have_arrived_is_taken_back_by_an_event_of_its_own_after_it(
    queue: Queue,
) -> None:
    queue.add(event(1), at=10)
    queue.leave(now=10)
    queue.withdraw("m", at=20)
    assert queue.waiting == ["e1", "back"]
    queue.answered("e1", "back")
    queue.withdraw("m", at=30)
    assert queue.waiting == []
    queue.add(event(2), at=40)
    assert queue.waiting == ["e2"]


def test_one_event_that_cannot_be_read_holds_up_no_other(queue: Queue) -> None:
    for number in (1, 2, 3):
        queue.add(event(number, message=f"m{number}"))
    queue.unreadable(*queue.leave(now=0))
    assert queue.leave(now=0) == ["e1"]
    queue.answered("e1")
    assert queue.leave(now=0) == ["e2"]
    queue.unreadable("e2")
    assert queue.leave(now=0) == ["e3"]
    assert queue.held["lost"] == 1


def test_the_queue_is_bounded_and_says_what_it_lost(queue: Queue) -> None:
    entry = {"hold_until": 0, "accepted_at": 0, "leaving": False}
    full = [{**entry, "event": event(n, message=f"m{n}")} for n in range(500)]
    queue.held = {**EMPTY, "waiting": full}
    queue.add(event(500, message="m500"))
    assert (len(queue.waiting), queue.waiting[0], queue.held["lost"]) == (500, "e1", 1)


# --- timing -------------------------------------------------------------------------------


@pytest.mark.parametrize(("installed", "is_shortened"), [("normal", False), ("development", True)])
def test_what_tests_shorten_an_extension_from_a_store_does_not(
    modules: Modules, installed: str, is_shortened: bool
) -> None:
    script = """async (installed) => {
      globalThis.installType = installed;
      globalThis.browser ??= {
        management: { getSelf: async () => ({ installType }) },
        storage: { local: { get: async () => ({ testing: { timing: { hold_ms: 1 } } }) } },
      };
      const { timing } = await import("/lib/timing.js");
      return (await timing()).hold_ms;
    }"""
    hold_ms = modules.run(script, installed)
    # Gmail takes a mail back for at most 30 seconds
    assert hold_ms == 1 if is_shortened else hold_ms >= 31_000


# --- blindness ----------------------------------------------------------------------------


def test_three_clicks_that_nothing_follows_make_a_site_blind_until_the_next_fact(
    modules: Modules,
) -> None:
    rule = "lib/blindness.js"
    site = {"state": "working", "since": 0, "missed": 0, "intents": []}
    for number, state in ((1, "working"), (2, "working"), (3, "blind")):
        site = modules.call(rule, "withIntent", site, f"i{number}", number * 100)
        site = modules.call(rule, "later", site, number * 100 + 59, 60)
        assert site["intents"]
        site = modules.call(rule, "later", site, number * 100 + 60, 60)
        assert site["state"] == state
    assert modules.call(rule, "withFact", site, 999)["state"] == "working"


@pytest.mark.parametrize("seen", ["withFact", "withFailure"])
def test_an_answer_of_the_mail_server_begins_the_count_anew(modules: Modules, seen: str) -> None:
    site = {"state": "working", "since": 0, "missed": 2, "intents": [{"id": "i", "at": 0}]}
    after = modules.call("lib/blindness.js", seen, site, 10)
    assert (after["missed"], after["intents"]) == (0, [])
