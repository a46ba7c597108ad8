"""Tables go out as Parquet and come back equal; what is not whole is refused, and nothing is left half done."""

import json
from pathlib import Path

import duckdb
import pytest

from tests.bench.desk import make_desk
from tests.verifier.small_desk import NOW, fill
from verifier.store import ExchangeError, Store, export_tables, import_tables
from verifier.store.connection import connect
from verifier.store.exchange import MANIFEST
from verifier.store.migrations import migrations


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """With rows in nearly every table."""
    path = tmp_path / "v.duckdb"
    with Store.open(path) as store:
        fill(store)
    return path


def rows_of(path: Path) -> dict[str, list[object]]:
    """Every table's rows and types."""
    connection = connect(str(path), read_only=True, wait_s=0)
    try:
        names = [n for (n,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: [
                connection.execute(f"DESCRIBE {name}").fetchall(),
                sorted(connection.execute(f"FROM {name}").fetchall(), key=repr),
            ]
            for name in names
        }
    finally:
        connection.close()


def test_what_comes_back_is_equal(desk: Path, tmp_path: Path) -> None:
    """Every table with types and values: lists, structs, enums, empty fields."""
    before = rows_of(desk)
    told = export_tables(desk, tmp_path / "out")
    back = import_tables(tmp_path / "out", tmp_path / "back.duckdb")
    assert rows_of(tmp_path / "back.duckdb") == before
    assert told == back
    assert sum(map(bool, told.n_rows.values())) >= 15
    with Store.open(tmp_path / "back.duckdb") as store:
        assert store.faults() == []


def test_a_made_up_desk_comes_back_equal(tmp_path: Path) -> None:
    """Two thousand verdicts with all that belongs to them."""
    make_desk(tmp_path / "v.duckdb", 2_000, NOW.replace(tzinfo=None))
    export_tables(tmp_path / "v.duckdb", tmp_path / "out")
    import_tables(tmp_path / "out", tmp_path / "back.duckdb")
    assert rows_of(tmp_path / "back.duckdb") == rows_of(tmp_path / "v.duckdb")


def test_any_tool_reads_the_files(desk: Path, tmp_path: Path) -> None:
    """They are plain Parquet, named as the tables."""
    export_tables(desk, tmp_path / "out")
    found = duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/out/reviews.parquet'").fetchall()
    assert found == [(3,)]


def test_a_folder_that_is_there_is_left_alone(desk: Path, tmp_path: Path) -> None:
    """Also an empty one: somebody made it for something."""
    (tmp_path / "out").mkdir()
    with pytest.raises(ExchangeError, match="expected a folder that is not there yet"):
        export_tables(desk, tmp_path / "out")
    assert not any((tmp_path / "out").iterdir())


def test_a_folder_that_cannot_be_made_leaves_nothing(desk: Path, tmp_path: Path) -> None:
    """One sentence with the reason."""
    (tmp_path / "file").touch()
    with pytest.raises(ExchangeError, match=r"Not a directory.*nothing was left there"):
        export_tables(desk, tmp_path / "file" / "out")


def test_a_database_with_rows_is_never_overwritten(desk: Path, tmp_path: Path) -> None:
    """An empty one is filled."""
    export_tables(desk, tmp_path / "out")
    before = rows_of(desk)
    with pytest.raises(ExchangeError, match=r"expected no database at .*, or an empty one, found rows in articles"):
        import_tables(tmp_path / "out", desk)
    assert rows_of(desk) == before
    Store.open(tmp_path / "empty.duckdb").close()
    import_tables(tmp_path / "out", tmp_path / "empty.duckdb")
    assert rows_of(tmp_path / "empty.duckdb") == before


def spoil(folder: Path, how: str) -> None:
    """As disks, people and other programs do."""
    manifest = folder / MANIFEST
    match how:
        case "no manifest":
            manifest.unlink()
        case "broken manifest":
            manifest.write_text('{"schema": "new"}', encoding="utf-8")
        case "newer":
            told = json.loads(manifest.read_text()) | {"schema": max(migrations()) + 1}
            manifest.write_text(json.dumps(told), encoding="utf-8")
        case "hostile name":
            told = json.loads(manifest.read_text())
            told["tables"]["runs; DROP TABLE runs"] = {"n_rows": 0, "sha256": ""}
            manifest.write_text(json.dumps(told), encoding="utf-8")
        case "missing":
            (folder / "verdicts.parquet").unlink()
        case "changed":
            (folder / "verdicts.parquet").write_bytes((folder / "evidence.parquet").read_bytes())


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("no manifest", "found no manifest that can be read"),
        ("broken manifest", "found no manifest that can be read"),
        ("newer", "upgrade it"),
        ("hostile name", "upgrade it"),
        ("missing", r"verdicts\.parquet, found none"),
        ("changed", "expected the file that was exported, found a change"),
    ],
)
def test_what_is_not_whole_is_refused(desk: Path, tmp_path: Path, how: str, said: str) -> None:
    """By name, and no database is made."""
    export_tables(desk, tmp_path / "out")
    spoil(tmp_path / "out", how)
    with pytest.raises(ExchangeError, match=said):
        import_tables(tmp_path / "out", tmp_path / "back.duckdb")
    assert not list(tmp_path.glob("back.duckdb*"))
