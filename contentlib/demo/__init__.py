"""The demo library: an invented company with people, assets, deals and months of use.

It is written through the services only, and only raw input: searches, sends, requests. Every
number that the demo shows is computed from those like any other.
"""
