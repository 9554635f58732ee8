"""What is ours to keep: accounts, hand-ins, usage. nbgrader and JupyterHub keep their own."""

from __future__ import annotations

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateColumn

from bootcamp.store.base import Base, Store, connect, now

__all__ = ["Base", "Store", "now", "open_store"]


def open_store(url: str) -> Store:
    """Open the store at `url`, creating the tables that are missing.

    Several processes may do this at the same moment: the later ones find the tables made.
    """
    # Each module declares its tables when it is imported.
    from bootcamp.store import (  # noqa: PLC0415
        accounts,  # noqa: F401
        goals,  # noqa: F401
        handins,  # noqa: F401
        marking,  # noqa: F401
        prompts,  # noqa: F401
        usage,  # noqa: F401
    )

    engine = connect(url)
    try:
        Base.metadata.create_all(engine)
    except OperationalError as error:
        if "already exists" not in str(error):
            raise
        Base.metadata.create_all(engine)
    _add_new_columns(engine)
    return Store(engine)


def _add_new_columns(engine: Engine) -> None:
    """Bring tables of an earlier version up to date: what is new in them has a default."""
    found = inspect(engine)
    for table in Base.metadata.tables.values():
        there = {column["name"] for column in found.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                what = CreateColumn(column).compile(dialect=engine.dialect)
                with engine.begin() as connection:
                    connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {what}"))
