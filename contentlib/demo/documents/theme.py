"""How the demo company's documents look: one palette, one accent a product, common fonts."""

from dataclasses import dataclass

COMPANY = "Norrvane"
TAGLINE = "The hours between gate and rack"
SITE = "https://www.norrvane.example"

# Hex without '#': every library below takes that form or adds its own prefix.
INK = "16243B"
BODY = "2B3648"
MUTED = "667085"
RULE = "D5DAE3"
SHADE = "F3F5F9"
PAPER = "FFFFFF"
WARNING = "B42318"

# Dark enough for white text (contrast of 4.5 or more), so one colour serves bands and headings.
ACCENTS = {
    "slot": "1D5FA8",
    "yard": "A8480F",
    "pulse": "6B3FA0",
    "frost": "0B6E85",
    "watt": "2F7038",
}
HOUSE = "24527A"

OFFICE_FONT = "Arial"


@dataclass(frozen=True, slots=True)
class Look:
    """What a document shows of itself: its kind, the products named above the title, colour."""

    kind: str
    products: tuple[str, ...]
    accent: str
    internal: bool

    @property
    def kicker(self) -> str:
        """For example "Case study  |  Norrvane Slot, Norrvane Yard"."""
        if not self.products:
            return self.kind
        shown = self.products if len(self.products) <= 3 else ("all products",)
        return f"{self.kind}  |  {', '.join(shown)}"


INTERNAL_MARK = "Internal - not for customers"


def accent_of(products: list[str]) -> str:
    """The accent of the first product that has one; the house colour when several tie or none."""
    if len(products) > 3:
        return HOUSE
    return next((ACCENTS[key] for key in products if key in ACCENTS), HOUSE)
