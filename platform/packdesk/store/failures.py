"""Failures as a log may hold them: where it happened and what the database called it, never what a record says."""

import sqlite3
import traceback
from collections.abc import Iterator

import psycopg
import sqlalchemy as sa


def trace(error: BaseException) -> str:
    """Return the frames of an error and of those that led to it, as Python writes them.

    What a database says about an error may quote the row, and SQLAlchemy adds the parameters: of such an error the text keeps the
    name, the code, what it is about, and the statement.
    """
    return "".join(_lines(error)).rstrip("\n")


def _lines(error: BaseException) -> Iterator[str]:
    before = error.__cause__ if error.__cause__ is not None or error.__suppress_context__ else error.__context__
    if before is not None:
        yield from _lines(before)
        yield "\nIt led to:\n\n"
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}{_said(error)}\n"


def _said(error: BaseException) -> str:
    """Return what is known about an error behind its name."""
    if isinstance(error, sa.exc.DBAPIError):
        return f": {_about(error.orig)}\n{error.statement}"
    if isinstance(error, sa.exc.StatementError):
        return f"\n{error.statement}"
    if isinstance(error, psycopg.Error | sqlite3.Error):
        return f": {_about(error)}"
    return f": {error}" if str(error) else ""


def _about(error: BaseException | None) -> str:
    """Return the code of a driver's error, and the table, column and constraint that it is about."""
    if isinstance(error, psycopg.Error):
        named = (error.diag.table_name, error.diag.column_name, error.diag.constraint_name)
        return " ".join((error.sqlstate or "no SQLSTATE", *(name for name in named if name)))
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "") or type(error).__name__
    return type(error).__name__
