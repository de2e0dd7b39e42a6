"""``packdesk releases``: what was published when, by whom and why."""

import argparse

from packdesk.cli.command import OK, Command, add_format
from packdesk.cli.output import Output, table
from packdesk.cli.system import opened
from packdesk.store.releases import ReleaseStore


def _run(_: argparse.Namespace, output: Output) -> int:
    """List the releases, newest first."""
    with opened() as services:
        rows = ReleaseStore(services.database).history()
    data = [
        {
            "number": row.number,
            "active": row.active,
            "created_at": row.created_at.isoformat(),
            "created_by": row.created_by,
            "hash": row.hash,
            "note": row.note,
            "base": row.base,
        }
        for row in rows
    ]
    text = table(
        [("*" if row.active else "", row.number, f"{row.created_at:%Y-%m-%d %H:%M}", row.created_by, row.hash[:12], row.note) for row in rows],
        ("", "release", "published", "by", "hash", "note"),
    )
    output.result(data, text)
    return OK


COMMAND = Command(name="releases", help="List the releases.", arguments=add_format, run=_run)
