"""Facts that make workers act, the jobs they become, and the writer of raw events."""

from contentlib.events.facts import Fact, record

__all__ = ["Fact", "record"]
