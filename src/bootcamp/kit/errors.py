"""The one error of the kit: a sentence for the citizen, shown without a traceback."""

__all__ = ["KitError"]


class KitError(Exception):
    """Stops a cell with one plain sentence: what is wrong and what to do next."""

    def _render_traceback_(self) -> list[str]:
        """Lines that IPython shows in place of a traceback."""
        return [str(self)]
