"""GEN-10: creating a record."""

from tests.integration.records.conftest import NOW, Harbour


def test_a_created_record_has_number_owner_status_and_what_was_given(port: Harbour) -> None:
    """GEN-1, GEN-7, NET-5."""
    made = port.mooring(remark="windy")

    assert made.number == "MO00000001"
    assert made.get("remark") == "windy"
    assert (made.get("status"), made.get("state")) == ("waiting", "asked")
    assert (made.get("owner_unit"), made.get("privacy_level")) == ("quay", "normal")
    assert (made.get("created_by"), made.get("created_at"), made.get("version")) == ("olga", NOW, 1)
