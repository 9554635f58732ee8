"""Numbers and dates as pages, slides and workbooks write them: one style, whoever writes."""

from __future__ import annotations

from datetime import date

__all__ = ["amount", "chance", "counted", "day", "euros", "percent", "plain", "whole"]

_NEARLY_ALL, _NEARLY_NONE = 0.995, 0.005


def whole(value: float) -> str:
    """Give a number without decimals: `1,234`, `−82`, and never `-0`."""
    text = f"{abs(value):,.0f}"
    return f"−{text}" if value < 0 and text != "0" else text


def euros(value: float) -> str:
    """Give an amount of money: `€1,234`, `−€82`."""
    text = f"€{abs(value):,.0f}"
    return f"−{text}" if value < 0 and text != "€0" else text


def percent(share: float, decimals: int = 0) -> str:
    """Give a share: `34 %`; with `decimals` those that say something, as in `8.5 %`."""
    text = f"{100 * share:,.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %".replace("-", "−")


def chance(share: float) -> str:
    """Give a probability; of simulated years none is quite sure: `over 99 %`, `under 1 %`."""
    if share > _NEARLY_ALL:
        return "over 99 %"
    return "under 1 %" if share < _NEARLY_NONE else percent(share)


def amount(value: float, unit: str) -> str:
    """Give the value of an input, whose label says of what: `4.5`, `8.5 %`, `€38`, `22,800`."""
    if unit == "share":
        return percent(value, 1)
    if unit.startswith("euros"):
        return f"€{plain(value)}"
    return plain(value)


def counted(number: float, one: str, many: str = "") -> str:
    """Give a number with its noun: `1 team`, `3 teams`, `0.8 minutes`."""
    return f"{plain(number)} {one if number == 1 else many or f'{one}s'}"


def day(value: date) -> str:
    """Give a day as people write it: `4 March 2026`."""
    return f"{value.day} {value:%B %Y}"


def plain(value: float) -> str:
    """Give a number with the decimals that say something, two at most: `4.4`, `12`."""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".").replace("-", "−")
