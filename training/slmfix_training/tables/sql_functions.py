"""Collects the names of the functions that databases bring, for the validator of SQL.

    python -m slmfix_training.tables.sql_functions --postgres postgres.bki --mysql fill_help_tables.sql --duckdb \\
        --output bot/slmfix_bot/validators/data/sql-functions.json

`postgres.bki` comes with Debian's package postgresql-15 and `fill_help_tables.sql` with mariadb-server-core; DuckDB is
asked for its own list, if the package is installed. Names are facts about an interface; nothing else is kept.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROCEDURE = re.compile(r"^insert \( \d+ (\w+) ", re.MULTILINE)
TOPIC = re.compile(r"INSERT INTO help_topic [^\n]*?VALUES \(\d+, \d+, '([\w\\]+)', '(.{0,600})", re.IGNORECASE)
# What the grammar of PostgreSQL calls like a function; these are in no catalogue.
POSTGRES_GRAMMAR = (
    "any all array cast coalesce collation_for current_schema exists extract greatest grouping least normalize nullif"
    " overlay position row some substring treat trim values xmlattributes xmlconcat xmlelement xmlexists xmlforest"
    " xmlparse xmlpi xmlroot xmlserialize xmltable within_group filter"
)
# What MySQL 8 has and MariaDB has not.
MYSQL_ONLY = (
    "any_value bin_to_uuid uuid_to_bin is_uuid regexp_like grouping json_overlaps json_pretty json_schema_valid"
    " json_schema_validation_report json_storage_free json_storage_size json_table json_value member statement_digest"
    " statement_digest_text gtid_subset gtid_subtract icu_version ps_current_thread_id ps_thread_id roles_graphml"
    " format_bytes format_pico_time st_asgeojson st_geomfromgeojson st_latitude st_longitude st_swapxy st_validate"
    " st_transform st_hausdorffdistance st_frechetdistance st_lineinterpolatepoint st_pointatdistance st_collect"
)

# Functions whose help topic is about the statement or the type of the same name.
MYSQL_GRAMMAR = (
    "if substring values date replace repeat time timestamp match insert count schema char lateral exists any all some"
)


def postgres_functions(catalog: str) -> Iterator[str]:
    """The functions and aggregates of the bootstrap catalogue."""
    section = catalog[catalog.index("create pg_proc") : catalog.index("close pg_proc")]
    yield from PROCEDURE.findall(section)
    yield from POSTGRES_GRAMMAR.split()


def mysql_functions(help_tables: str) -> Iterator[str]:
    """The help topics whose text shows a call of that name."""
    for written, text in TOPIC.findall(help_tables):
        name = written.replace("\\", "")
        if re.search(rf"(?<![A-Za-z_]){re.escape(name)} ?\(", text.replace("\\n", "\n").replace("\\", "")):
            yield name
    yield from (*MYSQL_ONLY.split(), *MYSQL_GRAMMAR.split())


def duckdb_functions() -> Iterator[str]:
    """The functions of the installed DuckDB."""
    import duckdb  # type: ignore[import-not-found,unused-ignore]

    with duckdb.connect(":memory:") as connection:
        rows = connection.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()
    yield from (str(row[0]) for row in rows if re.fullmatch(r"\w+", str(row[0])))
    yield from (*POSTGRES_GRAMMAR.split(), "columns", "struct_pack", "ifnull", "if", "try_cast", "lambda", "unpack")


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--postgres", type=Path, required=True)
    parser.add_argument("--mysql", type=Path, required=True)
    parser.add_argument("--duckdb", action="store_true")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    found = {
        "postgres": postgres_functions(arguments.postgres.read_text(encoding="utf-8")),
        "mysql": mysql_functions(arguments.mysql.read_text(encoding="utf-8", errors="replace")),
        "duckdb": duckdb_functions() if arguments.duckdb else iter(()),
    }
    table = {dialect: " ".join(sorted({name.lower() for name in names})) for dialect, names in found.items()}
    arguments.output.write_text(json.dumps(table, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
