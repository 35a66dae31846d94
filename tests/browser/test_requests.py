"""What mail sites ask of their servers, read."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.browser.modules import Modules

pytestmark = pytest.mark.slow


def seen(body: object, *, status: int = 200, **told: Any) -> dict[str, Any]:
    return {"body": json.dumps(body), "status": status, "started": 1, "answered": 2, **told}


def gmail_message(labels: list[str], **fields: Any) -> dict[str, Any]:
    text = {"2": [{"1": 0, "2": 'a <a href="https://l.example/s/x?a=1&amp;b=2">b</a>'}]}
    return {"1": "msg-a:r7", "3": [{"2": "b@a.example"}], "9": text, "11": labels, **fields}


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["^all", "^pfg"], "sent"),
        (["^all", "^scheduled"], "scheduled"),
        (["^all", "^r", "^r_bt"], "draft"),
    ],
)
def test_gmail_s_labels_say_what_became_of_a_message(
    modules: Modules, labels: list[str], kind: str
) -> None:
    asked = {"2": {"1": [{"2": {"2": {"14": {"1": gmail_message(labels)}}}}]}}
    (fact,) = modules.call("sites/gmail_mail.js", "factsOf", seen(asked))
    assert (fact["kind"], fact["message"]) == (kind, "msg-a:r7")
    assert fact["recipients"] == ["b@a.example"]
    assert fact["addresses"] == ["https://l.example/s/x?a=1&b=2"]


@pytest.mark.parametrize(
    "later", ["1893456000", 1893456000000, ["1893456000000"], {"1": "1893456000000000"}]
)
def test_gmail_s_time_to_send_at_is_read_in_whatever_unit(modules: Modules, later: Any) -> None:
    asked = [gmail_message(["^scheduled"], **{"54": later})]
    (fact,) = modules.call("sites/gmail_mail.js", "factsOf", seen(asked))
    assert fact["scheduled_for"] == "2030-01-01T00:00:00.000Z"


def test_a_message_that_is_sent_without_its_text_is_the_draft_that_was_saved(
    modules: Modules,
) -> None:
    draft = gmail_message(["^r", "^r_bt"], **{"1": "msg-a:r8"})
    modules.call("sites/gmail_mail.js", "factsOf", seen([draft]))
    (fact,) = modules.call(
        "sites/gmail_mail.js", "factsOf", seen([{"1": "msg-a:r8", "11": ["^pfg"]}])
    )
    assert (fact["kind"], fact["recipients"]) == ("sent", ["b@a.example"])
    assert fact["addresses"]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.integers() | st.sampled_from(["msg-a:r1", "^pfg", "^r", "x"]),
        lambda inner: (
            st.lists(inner, max_size=12)
            | st.dictionaries(st.sampled_from(["1", "2", "3", "9", "11", "12", "54"]), inner)
        ),
        max_leaves=40,
    )
)
def test_no_request_of_whatever_shape_makes_the_reading_stumble(
    modules: Modules, body: object
) -> None:
    for module in ("gmail_mail", "outlook_mail"):
        told = seen(body, url="https://outlook.office.com/owa/service.svc?action=SendItem")
        assert isinstance(modules.call(f"sites/{module}.js", "factsOf", told), list)


def test_outlook_tells_a_mail_for_later_by_its_deferred_time(modules: Modules) -> None:
    field = {"__type": "ExtendedPropertyUri:#Exchange", "PropertyTag": "0x3FEF"}
    later = {"ExtendedFieldURI": field, "Value": "2030-01-01T00:00:00.000Z"}
    message = {"ToRecipients": [{"EmailAddress": "b@a.example"}], "ExtendedProperty": [later]}
    asked = {"Body": {"MessageDisposition": "SendAndSaveCopy", "Items": [message]}}
    told = seen(
        asked, url="https://outlook.live.com/owa/service.svc?action=CreateItem", answer="{}"
    )
    (fact,) = modules.call("sites/outlook_mail.js", "factsOf", told)
    assert (fact["kind"], fact["scheduled_for"]) == ("scheduled", "2030-01-01T00:00:00.000Z")


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("https://mail.google.com", "gmail"),
        ("http://mail.google.com", None),
        ("https://mail.google.com.evil.example", None),
        ("https://evil.example/?https://mail.google.com", None),
        ("https://northwind.lightning.force.com", "salesforce"),
        ("https://lightning.force.com.evil.example", None),
        ("https://app-eu1.hubspot.com", "hubspot"),
        ("https://app.hubspot.com:8443", None),
        ("null", None),
    ],
)
def test_a_site_is_known_by_its_whole_origin(
    modules: Modules, origin: str, site: str | None
) -> None:
    assert modules.call("sites/names.js", "siteOf", origin) == site
