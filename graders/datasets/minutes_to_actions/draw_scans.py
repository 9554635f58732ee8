"""Draw the pages that stand for scanned minutes; needed only when their words change.

    python graders/datasets/minutes_to_actions/draw_scans.py

The pictures are kept in `authored/scans/`, for another machine's fonts may draw other pixels.
"""

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parent / "authored" / "scans"
PAGES = {
    "scan-boiler-room": (
        "Boiler room, 2 Feb 2026",
        "Ifor, Jo, man from the makers",
        "- valve changed, tested at 4 bar",
        "- Ifor paints the pipes red by Friday",
        "- Jo puts the log book by the door",
    ),
    "scan-cse-juin": (
        "CSE du 16 juin 2026",
        "Mme Kervadec, M. Caradec, Mme Morvan",
        "1. PV de mai approuvé",
        "2. Horaires d'été affichés",
        "3. M. Caradec rend les clés du local le 30",
    ),
    "scan-yard-gate": (
        "Yard gate  -  19 June 2026",
        "Derek + Mr Tresidder",
        "gate opens inwards until the autumn",
        "Derek gets a price for turning it round",
        "landlord pays half (he says)",
    ),
}


def main() -> None:
    """Draw each page, a little askew and a little dirty."""
    FOLDER.mkdir(exist_ok=True)
    for key, lines in PAGES.items():
        chance = random.Random(key)
        page = Image.new("L", (700, 480), 236)
        pen = ImageDraw.Draw(page)
        for place, line in enumerate(lines):
            font = ImageFont.load_default(30 if place == 0 else 24)
            pen.text((60 + chance.randint(-4, 4), 50 + 75 * place), line, fill=50, font=font)
        for _ in range(300):
            spot = chance.randrange(700), chance.randrange(480)
            pen.point(spot, fill=chance.randrange(120, 220))
        page = page.rotate(chance.uniform(-2, 2), fillcolor=214)
        page.quantize(16).save(FOLDER / f"{key}.png", optimize=True)


if __name__ == "__main__":
    main()
