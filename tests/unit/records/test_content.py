"""GEN-23: attachments are stored by content, with the type that the bytes show."""

import io

import pytest

from packdesk.errors import PackdeskError
from packdesk.records.content import limited, media_type, safe_name


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8", "image/webp"),
        (b"PK\x03\x04....", "application/zip"),
        (b"PK\x03\x04..[Content_Types].xml..xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"<script>alert(1)</script>", "text/plain"),
        ("Grüße".encode(), "text/plain"),
        ("Grüß".encode()[:-1], "text/plain"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"\xff\xfe\xfa", "application/octet-stream"),
        (b"", "text/plain"),
    ],
)
def test_the_type_of_a_file_is_read_from_its_bytes(head: bytes, expected: str) -> None:
    assert media_type(head) == expected


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\a.txt", "a.txt"),
        ("a\x00b\n.txt", "ab.txt"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_file_name_loses_folders_and_control_characters(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(PackdeskError) as refused:
        limited(io.BytesIO(b"x" * 11), limit=10)

    assert refused.value.code == "body_too_large"
    assert limited(io.BytesIO(b"x" * 10), limit=10) == b"x" * 10
