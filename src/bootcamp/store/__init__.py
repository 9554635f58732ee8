"""What is ours to keep: accounts, hand-ins, usage. nbgrader and JupyterHub keep their own."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from bootcamp.store.base import Base, Store, connect, now

__all__ = ["Base", "Store", "now", "open_store"]


def open_store(url: str) -> Store:
    """Open the store at `url`, creating the tables that are missing.

    Several processes may do this at the same moment: the later ones find the tables made.
    """
    # Each module declares its tables when it is imported.
    from bootcamp.store import accounts, handins, usage  # noqa: F401, PLC0415

    engine = connect(url)
    try:
        Base.metadata.create_all(engine)
    except OperationalError as error:
        if "already exists" not in str(error):
            raise
        Base.metadata.create_all(engine)
    return Store(engine)
