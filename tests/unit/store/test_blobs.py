"""Files by content."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from packdesk.errors import PackdeskError
from packdesk.store.blobs import Blobs

LATER = datetime.now(UTC) + timedelta(hours=1)


def test_bytes_come_back_and_are_kept_once(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)

    digests = {blobs.put(b"hello"), blobs.put(b"hello"), blobs.put(b"")}

    assert len(digests) == 2
    assert blobs.get(blobs.put(b"hello")) == b"hello"
    assert set(blobs.digests(LATER)) == digests


def test_only_older_files_count_as_orphans(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blobs.put(b"hello")

    assert list(blobs.digests(LATER - timedelta(days=1))) == []


def test_a_removed_file_is_unknown(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"hello")

    blobs.remove(digest)

    with pytest.raises(PackdeskError) as refusal:
        blobs.get(digest)
    assert refusal.value.code == "unknown_attachment"


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "a" * 63 + "/", "/" * 64, "é" * 64])
def test_a_digest_is_never_a_path(tmp_path: Path, digest: str) -> None:
    with pytest.raises(PackdeskError) as refusal:
        Blobs(tmp_path).get(digest)

    assert refusal.value.code == "unknown_attachment"
