"""How money and chances are written, so that notebook, report and slides say the same."""

from __future__ import annotations

__all__ = ["chance", "euros"]


def euros(amount: float) -> str:
    """Give whole euros: €1,234, or −€1,234 below zero."""
    whole = round(amount)
    return f"{'−' if whole < 0 else ''}€{abs(whole):,}"


def chance(share: float) -> str:
    """Give a share of the simulations in per cent; 10,000 draws make nothing certain."""
    if share > 0.995:
        return "over 99 %"
    return f"{100 * share:.0f} %" if share >= 0.005 else "under 1 %"
