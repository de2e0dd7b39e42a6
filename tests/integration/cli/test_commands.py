"""The commands on a real installation: what they print, and how they end (DESIGN 7)."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from tests.integration.cli.conftest import Ended, Run, edited
from tests.integration.web.installation import PACK
from tests.servers import PostgreSQL

from packdesk.cli.main import MODULES, command, main


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name in MODULES:
        assert command(name).name == name
        assert main([name, "--help"]) == 0
        assert command(name).help.split(".")[0] in " ".join(capsys.readouterr().out.split())


def test_a_command_that_only_reads_packs_loads_neither_the_server_nor_a_database() -> None:
    loads = f"import sys; from packdesk.cli.main import main; print(main(['check', {str(PACK)!r}]), sorted({{'flask', 'granian', 'sqlalchemy'}} & set(sys.modules)))"

    ended = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines()[-1] == "0 []"


def test_a_wrong_command_line_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main(["burn"]) == 2
    assert main(["check"]) == 2
    assert "usage" in capsys.readouterr().err
    assert main(["explain"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith("the following arguments are required: PATH")


@pytest.mark.parametrize("workers", ["0", "-3"])
def test_a_server_without_processes_is_refused_before_anything_is_prepared(run: Run, workers: str) -> None:
    ended = run("serve", "--workers", workers)

    assert (ended.code, ended.err.strip()) == (1, "packdesk: The parameter '--workers' is wrong: give 1 or more.")


def test_check_says_everything_that_is_wrong_in_every_form(run: Run, pack: Path) -> None:
    assert run("check", pack) == Ended(0, f"{pack}: no problems\n", "")
    edited(pack / "entity_types/book.json", '"list": "binding"', '"list": "bindng"')

    text, github, data = run("check", pack), run("check", pack, "--format", "github"), run("check", pack, "--format", "json")

    assert (text.code, github.code, data.code) == (1, 1, 1)
    assert "library/entity_types/book.json:12:" in text.out
    assert "Did you mean 'binding'?" in text.out
    assert text.out.splitlines()[-1] == "1 error, 0 warnings"
    assert github.out.startswith("::error file=entity_types/book.json,line=12,col=")
    assert json.loads(data.out)["problems"][0]["did_you_mean"] == "binding"


def test_what_is_not_there_is_said_in_a_sentence(run: Run, tmp_path: Path) -> None:
    for arguments in (("check", tmp_path / "nowhere"), ("import", "book", tmp_path / "nowhere.csv")):
        ended = run(*arguments)
        assert ended.code == 2
        assert "nowhere" in ended.err
        assert "Traceback" not in ended.err


def test_plan_publish_and_rollback_tell_what_changes(run: Run, pack: Path) -> None:
    edited(pack / "entity_types/book.json", '"weight":', '"colour": { "type": "string" },\n    "weight":')

    planned = run("plan", pack)
    published = run("publish", pack, "--note", "colours", "--format", "json")
    again = run("publish", pack)
    listed = run("releases", "--format", "json")
    back = run("rollback")

    assert planned.code == 0
    assert "colour" in planned.out
    assert (published.code, json.loads(published.out)) == (0, {"release": 2, "changed": True, "impacts": []})
    assert again.out == "Nothing changes; release 2 stays.\n"
    assert [(row["number"], row["active"], row["note"]) for row in json.loads(listed.out)] == [(2, True, "colours"), (1, False, "first start")]
    assert (back.code, back.out) == (0, "Release 3 is live.\n")


def test_a_publish_tells_plan_and_result_in_order_and_keeps_progress_apart(run: Run, pack: Path) -> None:
    edited(pack / "entity_types/book.json", '"weight":', '"colour": { "type": "string" },\n    "weight":')

    published = run("publish", pack)

    assert published.out.startswith("Plan against release 1\n")
    assert published.out.endswith("\nRelease 2 is live.\n")
    assert published.err.splitlines()[0] == "preparing the database: 1 statement done"
    assert published.err.splitlines()[-1] == "switching to the new release"
    assert "statement done" not in published.out


def test_a_plan_prints_statements_only_when_asked(run: Run, pack: Path) -> None:
    edited(pack / "entity_types/book.json", '"weight":', '"colour": { "type": "string" },\n    "weight":')

    words, statements, data = run("plan", pack), run("plan", pack, "--sql"), run("plan", pack, "--format", "json")

    assert "ALTER TABLE" not in words.out
    assert "ALTER TABLE" in statements.out
    assert "ALTER TABLE" in " ".join(json.loads(data.out)["ddl"])


def test_a_publish_of_faulty_packs_changes_nothing(run: Run, pack: Path) -> None:
    edited(pack / "entity_types/book.json", "record.pages > 500", "record.pagse > 500")

    planned, published = run("plan", pack), run("publish", pack)

    assert (planned.code, published.code) == (1, 1)
    assert "Did you mean" in published.out
    assert "Release" not in published.out
    assert len(json.loads(run("releases", "--format", "json").out)) == 1


def test_a_plan_demands_decisions_and_a_publish_refuses_without(run: Run, pack: Path, tmp_path: Path) -> None:
    run("import", "book", _csv(tmp_path, "name\nEmma\n"))
    edited(pack / "entity_types/book.json", '"weight":', '"colour": { "type": "string", "required": true },\n    "weight":')
    decisions = tmp_path / "decisions.json"
    decisions.write_text('{"default": {"book.colour": "red"}}')

    without, plan = run("publish", pack), run("plan", pack)
    decided, published = run("plan", pack, "--decisions", decisions), run("publish", pack, "--decisions", decisions)

    assert (without.code, plan.code) == (1, 1)
    assert "book.colour" in without.err
    assert (decided.code, published.code) == (0, 0)
    decisions.write_text("{")
    assert run("plan", pack, "--decisions", decisions).code == 1


def _csv(folder: Path, text: str) -> Path:
    path = folder / "records.csv"
    path.write_text(text)
    return path


def test_import_and_export_go_round(run: Run, tmp_path: Path) -> None:
    imported = run("import", "book", _csv(tmp_path, "name,pages\nEmma,474\nBad,many\n"), "--as", "kim")
    tried = run("import", "book", _csv(tmp_path, "name\nOther\n"), "--dry-run")
    exported = run("export", "book", "--fields", "name,pages")
    filtered = run("export", "book", "--filter", "record.pages > 1000", "--fields", "name")
    stranger = run("import", "book", _csv(tmp_path, "name\nOther\n"), "--as", "nobody")

    assert imported.code == 1
    assert imported.out.splitlines() == ["row 2: Pages must be a whole number.", "1 created, 1 refused"]
    assert (tried.code, tried.out) == (0, "nothing stored: 1 created\n")
    assert exported.out.lstrip("\ufeff").splitlines() == ["name,pages", "Emma,474"]
    assert len(filtered.out.splitlines()) == 1
    assert stranger.code == 1
    assert "nobody" in stranger.err


def test_explain_names_pack_file_and_line(run: Run) -> None:
    told, unknown = run("explain", "entity_types.book.fields.name.maxLength"), run("explain", "entity_types.book.fields.nam.maxLength")

    assert told.out.splitlines() == ["entity_types.book.fields.name.maxLength = 100", "    library/entity_types/book.json:7 (version 1.0.0)"]
    assert unknown.code == 1
    assert "did you mean 'entity_types.book.fields.name.maxLength'?" in unknown.err


def test_explain_tells_a_node_by_its_values(run: Run) -> None:
    told = run("explain", "entity_types.book.fields.binding")
    data = json.loads(run("explain", "entity_types.book.fields.binding", "--format", "json").out)

    first, *values = told.out.splitlines()
    assert first == f"entity_types.book.fields.binding holds {len(values)} values:"
    assert '    type = "option"    library/entity_types/book.json:12 (version 1.0.0)' in values
    assert "null" not in told.out
    assert set(data) == {f"entity_types.book.fields.binding.{value.split(' = ')[0].strip()}" for value in values}


def test_verify_and_test_judge_lifecycles_and_scenarios(run: Run, pack: Path) -> None:
    (pack / "scenarios").mkdir()
    scenario = {
        "id": "lending",
        "given": {"emma": {"entity_type": "book", "values": {"name": "Emma", "pages": 474}}},
        "when": {
            "lend": {"as": "carl", "action": "lend", "on": "emma"},
            "lose": {"as": "carl", "action": "write_off", "on": "emma", "refused": "transition_forbidden"},
        },
        "then": {"lent": "emma.status == 'lent'"},
    }
    (pack / "scenarios/lending.json").write_text(json.dumps(scenario))

    verified, tested = run("verify", pack), run("test", pack, "--format", "json")
    live = run("verify")
    edited(pack / "scenarios/lending.json", "emma.status == 'lent'", "emma.status == 'lost'")
    failed = run("test", pack)

    assert (verified.code, live.code) == (0, 0)
    assert tested.code == 0, tested.out
    assert "book.lend" in json.loads(tested.out)["moves"]["made"]
    assert failed.code == 1
    assert "FAILED  lending" in failed.out


def test_new_makes_packs_that_pass_the_check(run: Run, tmp_path: Path) -> None:
    assert run("new", "pack", "zoo", "--in", tmp_path).code == 0
    assert run("new", "entity-type", "animal", "--in", tmp_path / "zoo").code == 0

    checked = run("check", tmp_path / "zoo")
    again, bad = run("new", "pack", "zoo", "--in", tmp_path), run("new", "pack", "No Spaces", "--in", tmp_path)

    assert checked.code == 0, checked.out
    assert (again.code, bad.code) == (1, 1)
    assert "exists already" in again.err


@pytest.mark.parametrize("what", ["pack", "entity-type", "overlay"])
def test_what_new_makes_passes_the_check_and_can_be_published(run: Run, tmp_path: Path, what: str) -> None:
    mine = tmp_path / "mine"
    if what == "entity-type":
        run("new", "pack", "mine", "--in", tmp_path)
        made = run("new", "entity-type", "animal", "--in", mine)
    else:
        made = run("new", what, "mine", "--in", tmp_path, *(("--of", PACK) if what == "overlay" else ()))

    checked = run("check", mine, PACK)
    published = run("publish", mine, "--format", "json")

    assert (made.code, made.err) == (0, "")
    assert (checked.code, checked.out) == (0, f"{mine}, {PACK}: no problems\n")
    assert (published.code, json.loads(published.out)["release"]) == (0, 2), published.err


def test_an_overlay_requires_what_is_compatible_with_the_version_that_is_there(run: Run, tmp_path: Path) -> None:
    run("new", "overlay", "mine", "--in", tmp_path)

    installed = run("check", tmp_path / "mine")
    unknown = run("new", "overlay", "yours", "--in", tmp_path, "--of", "nothing_of_the_kind")

    assert json.loads((tmp_path / "mine/pack.json").read_text())["requires"] == {"care": ">=1,<2"}
    assert installed.code == 0, installed.out
    assert unknown.code == 2
    assert "There is no pack 'nothing_of_the_kind'" in unknown.err
    assert not (tmp_path / "yours").exists()


def test_schemas_come_with_settings_for_the_editor(run: Run, tmp_path: Path) -> None:
    assert run("schemas", tmp_path).code == 0

    settings = json.loads((tmp_path / ".vscode/settings.json").read_text())
    for association in settings["json.schemas"]:
        assert (tmp_path / association["url"]).is_file(), association
    (tmp_path / ".vscode/settings.json").write_text("mine")
    run("schemas", tmp_path)
    assert (tmp_path / ".vscode/settings.json").read_text() == "mine"


def test_a_pack_goes_into_a_zip_and_back_byte_by_byte(run: Run, tmp_path: Path) -> None:
    """M-9."""
    first, folder, second = tmp_path / "first.zip", tmp_path / "unzipped", tmp_path / "second.zip"

    assert run("pack", "zip", PACK, first).code == 0
    assert run("pack", "unzip", first, folder).code == 0
    assert run("pack", "zip", folder, second).code == 0

    assert first.read_bytes() == second.read_bytes()
    assert run("pack", "unzip", first, folder).code == 1
    assert run("check", first).code == 0


def test_graph_draws_a_lifecycle(run: Run, tmp_path: Path) -> None:
    drawn, picture, none = run("graph", "book"), run("graph", "book", "--as", "svg", "--output", tmp_path / "book.svg"), run("graph", "shelf")

    assert "here --> lent : " in drawn.out
    assert picture.code == 0
    assert (tmp_path / "book.svg").read_text().startswith("<svg")
    assert none.code == 1


def test_doctor_finds_what_is_left_and_cleans_it(run: Run) -> None:
    healthy = run("doctor")
    data = json.loads(run("doctor", "--format", "json").out)

    assert healthy.code == 0, healthy.out
    assert "Everything is as it should be." in healthy.out
    assert (data["release"], data["pending_migrations"], data["left"]) == (1, False, [])
    assert run("doctor", "--clean").code == 0


def test_doctor_says_that_there_is_nothing_and_makes_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere, empty = tmp_path / "nowhere", tmp_path / "empty"
    empty.mkdir()

    monkeypatch.setenv("PACKDESK_HOME", str(nowhere))
    absent, data = run("doctor"), json.loads(run("doctor", "--format", "json").out)
    monkeypatch.setenv("PACKDESK_HOME", str(empty))
    bare = run("doctor")

    assert (absent.code, bare.code) == (1, 1)
    assert "There is no installation here." in absent.out
    assert data == {"home": str(nowhere), "installed": False}
    assert not nowhere.exists()
    assert "There is no installation here." in bare.out
    assert list(empty.iterdir()) == []


def test_users_are_added_with_a_password_that_is_printed_once(run: Run) -> None:
    added = run("user", "add", "otto", "--name", "Otto Other", "--role", "reader", "--unit", "south_desk", "--format", "json")
    taken, role, unit = run("user", "add", "otto"), run("user", "add", "emil", "--role", "king"), run("user", "add", "emil", "--unit", "moon")
    language = run("user", "add", "emil", "--language", "xx")

    assert added.code == 0
    assert len(json.loads(added.out)["password"]) >= 16
    assert (taken.code, role.code, unit.code) == (1, 1, 1)
    assert "king" in role.err
    assert (language.code, language.err.strip()) == (1, "packdesk: The parameter '--language' is wrong: there is no language 'xx'; the screens speak en, de.")
    assert "otto" in run("user", "list").out
    assert "emil" not in run("user", "list").out


def test_purge_deletes_only_what_is_named(run: Run, pack: Path) -> None:
    edited(pack / "entity_types/book.json", '"weight": { "type": "decimal" },', "")
    run("publish", pack)

    listed = run("purge", "--format", "json")
    (retired,) = json.loads(listed.out)["retired"]
    wrong, purged = run("purge", "nothing"), run("purge", retired["about"])

    assert retired["about"].startswith("book.weight")
    assert wrong.code == 1
    assert purged.out.splitlines() == [f"deleted: {retired['about']} (0 values)"]


def test_a_pack_that_is_live_does_not_vanish_by_accident(run: Run, tmp_path: Path) -> None:
    run("new", "pack", "zoo", "--in", tmp_path)

    beside, alone = run("plan", tmp_path / "zoo", "--format", "json"), run("plan", tmp_path / "zoo", "--only", "--format", "json")

    assert json.loads(beside.out)["changes"] == [] or "removed" not in {change["kind"] for change in json.loads(beside.out)["changes"]}
    assert "removed" in {change["kind"] for change in json.loads(alone.out)["changes"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PACKDESK_DATABASE_URL", "mysql://x"),
        ("PACKDESK_REDIS_URL", "localhost:6379"),
        ("PACKDESK_HTTPS", "maybe"),
        ("PACKDESK_LOGINS_PER_ADDRESS", "many"),
        ("PACKDESK_LOGINS_PER_ACCOUNT", "0"),
    ],
)
def test_a_wrong_setting_ends_with_two(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    ended = run("releases")

    assert ended.code == 2
    assert name in ended.err


@pytest.mark.postgres
def test_a_command_leaves_no_connection_open(run: Run, postgresql_server: PostgreSQL, postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKDESK_DATABASE_URL", postgresql_url)
    name = postgresql_url.rpartition("/")[2]

    codes = [run(*words).code for words in (("publish", PACK), ("user", "add", "otto"), ("releases",))]

    with psycopg.connect(postgresql_server.url("postgres").replace("+psycopg", "")) as connection:
        open_still = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", (name,)).fetchone()
    assert codes == [0, 0, 0]
    assert open_still == (0,)
