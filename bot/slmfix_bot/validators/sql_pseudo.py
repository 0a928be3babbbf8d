"""Names that exist in a dialect without being in any schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

# Queries of these may use the name of one result in another.
LATERAL_ALIASES = frozenset(
    {"snowflake", "redshift", "databricks", "spark", "duckdb", "clickhouse", "teradata", "hive", "bigquery", "exasol"}
)
# Written without brackets, or where a unit of time stands, which parsers of other dialects take for a column.
EVERYWHERE = frozenset(
    "current_date current_time current_timestamp current_user current_role current_schema current_catalog session_user"
    " system_user user localtime localtimestamp sysdate systimestamp utc_date utc_time utc_timestamp today now default"
    " null true false unknown"
    " microsecond millisecond second minute hour day week month quarter year decade century epoch dow doy isodow"
    " isoyear isoweek dayofweek dayofyear weekday timezone yy yyyy qq mm dy dd wk ww dw hh mi ss ms mcs ns"
    " microseconds milliseconds seconds minutes hours days weeks months quarters years yearday"
    " second_microsecond minute_second hour_minute day_hour year_month".split()
)
# Columns that tables have without declaring them, and what stands behind the name of a sequence.
HIDDEN = frozenset(
    "rownum level nextval currval rowid rowscn _rowid_ oid ctid xmin xmax cmin cmax tableoid value values action"
    " _partitiontime _partitiondate _table_suffix _file_name _part _shard_num grouping__id input__file__name"
    " connect_by_root connect_by_isleaf connect_by_iscycle ordinality".split()
)
QUALIFIERS = frozenset({"new", "old", "excluded", "inserted", "deleted", "prior"})
SYSTEM_SCHEMAS = frozenset(
    "information_schema pg_catalog pg_temp sys mysql performance_schema account_usage organization_usage snowflake"
    " sqlite_temp system dba all user_catalog ctxsys dbo_sys msdb master tempdb".split()
)
SYSTEM_PREFIXES = ("pg_", "sqlite_", "v$", "gv$", "duckdb_", "#", "@")
SYSTEM_PREFIXES_OF = {
    "oracle": ("dba_", "all_", "user_"),
    "tsql": ("sys",),
    "redshift": ("stl_", "svl_", "stv_", "svv_", "sys_"),
}


def is_pseudo_column(name: str, dialect: str, *, qualified: bool = False) -> bool:
    """Whether the word means something without being a declared column; SQLite judges its own statements itself."""
    lower = name.lower()
    if dialect == "sqlite":
        return False
    means_something = lower in HIDDEN or (lower in EVERYWHERE and not qualified)
    return means_something or lower.startswith(("$", "@", "metadata$", "#"))


def is_pseudo_qualifier(name: str, dialect: str) -> bool:
    """Whether a trigger, an upsert or a merge gives this name to a row."""
    return dialect != "sqlite" and name.lower() in QUALIFIERS


def is_system_table(table: exp.Table, dialect: str) -> bool:
    """Whether a database has the table of itself."""
    name, schema = table.name.lower(), table.db.lower()
    if dialect == "sqlite":
        return name.startswith("sqlite_")
    prefixes = (*SYSTEM_PREFIXES, *SYSTEM_PREFIXES_OF.get(dialect, ()))
    if schema in SYSTEM_SCHEMAS or name == "dual" or name.partition(".")[0] in SYSTEM_SCHEMAS:
        return True
    return name.startswith(prefixes) or bool(table.this.args.get("temporary") or table.this.args.get("global_"))
