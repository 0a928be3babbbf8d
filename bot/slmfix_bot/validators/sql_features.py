"""What a text of SQL shows of its dialect: constructs that few dialects have, outside strings and comments."""

from __future__ import annotations

import re

BACKTICK = frozenset(
    {"mysql", "sqlite", "bigquery", "spark", "databricks", "hive", "clickhouse", "doris", "starrocks", "singlestore"}
)
CASTS = frozenset(
    {"postgres", "redshift", "duckdb", "snowflake", "databricks", "clickhouse", "materialize", "risingwave", "exasol"}
)
MYSQL = frozenset({"mysql", "doris", "starrocks", "singlestore"})
POSTGRES = frozenset({"postgres", "redshift", "materialize", "risingwave"})
WAREHOUSES = frozenset({"bigquery", "snowflake", "redshift"})
SPARK = frozenset({"spark", "databricks", "hive"})

# Searched in the text without strings and comments. A dialect that is not in the set refuses the construct.
FEATURES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("a backtick", r"`", BACKTICK),
    ("::", r"(?<=[\w)'\"\]])\s*::\s*[A-Za-z_\"]", CASTS),
    ("$$", r"\$\w*\$", POSTGRES | {"duckdb", "snowflake"}),
    ("QUALIFY", r"\bQUALIFY\b\s+(?!=)", WAREHOUSES | {"duckdb", "databricks", "teradata"}),
    ("LIMIT x, y", r"\bLIMIT\s+\d+\s*,\s*\d+", MYSQL | {"sqlite", "clickhouse", "hive"}),
    ("TOP", r"\bSELECT\s+(?:DISTINCT\s+)?TOP\s*\(?\s*\d+", frozenset({"tsql", "snowflake", "redshift", "teradata"})),
    ("[name]", r"(?:\.|\bFROM\s|\bJOIN\s|\bINTO\s|\bTABLE\s|,)\s*\[[A-Za-z_][\w ]*\]", frozenset({"tsql", "sqlite"})),
    ("GO", r"^[ \t]*GO[ \t]*$", frozenset({"tsql"})),
    ("IDENTITY", r"\bIDENTITY\s*\(\s*\d+\s*,\s*\d+\s*\)", frozenset({"tsql", "redshift", "snowflake"})),
    ("NVARCHAR(MAX)", r"\bN?VARCHAR\s*\(\s*MAX\s*\)", frozenset({"tsql", "redshift"})),
    ("@@", r"@@(?:ROWCOUNT|IDENTITY|ERROR|TRANCOUNT|FETCH_STATUS|SERVERNAME)\b", frozenset({"tsql"})),
    ("AUTOINCREMENT", r"\bAUTOINCREMENT\b", frozenset({"sqlite", "snowflake"})),
    ("PRAGMA", r"^[ \t]*PRAGMA\b", frozenset({"sqlite", "duckdb"})),
    ("WITHOUT ROWID", r"\bWITHOUT\s+ROWID\b|\bsqlite_master\b", frozenset({"sqlite"})),
    ("AUTO_INCREMENT", r"\bAUTO_INCREMENT\b", MYSQL),
    ("ENGINE =", r"\)\s*ENGINE\s*=\s*(?:InnoDB|MyISAM|MEMORY|Aria|ARCHIVE|CSV)\b", frozenset({"mysql"})),
    ("ENGINE = MergeTree", r"\bENGINE\s*=\s*\w*MergeTree\b", frozenset({"clickhouse"})),
    ("ON DUPLICATE KEY", r"\bON\s+DUPLICATE\s+KEY\s+UPDATE\b", MYSQL),
    ("UNSIGNED", r"\bINT(?:EGER)?(?:\s*\(\s*\d+\s*\))?\s+UNSIGNED\b", MYSQL | {"sqlite", "duckdb"}),
    ("SERIAL", r"\b(?:BIG|SMALL)?SERIAL\b\s*(?:PRIMARY|NOT|UNIQUE|,|\))", POSTGRES | {"mysql", "duckdb", "sqlite"}),
    ("LANGUAGE plpgsql", r"\bLANGUAGE\s+plpgsql\b", POSTGRES),
    ("CREATE EXTENSION", r"\bCREATE\s+EXTENSION\b", frozenset({"postgres"})),
    ("ILIKE", r"\bILIKE\b", CASTS | {"bigquery", "trino"}),
    ("DISTINCT ON", r"\bDISTINCT\s+ON\s*\(", POSTGRES | {"duckdb", "clickhouse"}),
    ("~*", r"!?~\*", POSTGRES),
    ("jsonb", r"\bJSONB\b", POSTGRES | {"sqlite"}),
    ("VARCHAR2", r"\bN?VARCHAR2\s*\(", frozenset({"oracle"})),
    ("CONNECT BY", r"\bCONNECT\s+BY\b", frozenset({"oracle", "snowflake", "teradata", "exasol"})),
    ("ROWNUM", r"\bROWNUM\s*<", frozenset({"oracle"})),
    ("SAFE_", r"\bSAFE_(?:CAST|DIVIDE|OFFSET|ORDINAL)\s*\(|\bSAFE\.\w+\(", frozenset({"bigquery"})),
    ("INT64", r"\b(?:INT|FLOAT)64\b", frozenset({"bigquery", "clickhouse"})),
    ("STRUCT<", r"\bSTRUCT\s*<|\bARRAY\s*<", SPARK | {"bigquery", "starrocks", "doris", "presto", "trino", "athena"}),
    ("* EXCEPT", r"\*\s+EXCEPT\s*\(", frozenset({"bigquery", "databricks", "spark", "clickhouse"})),
    ("* EXCLUDE", r"\*\s+EXCLUDE\b", frozenset({"snowflake", "duckdb", "redshift"})),
    ("FLATTEN", r"\bLATERAL\s+FLATTEN\s*\(|\bFLATTEN\s*\(\s*INPUT\s*=>", frozenset({"snowflake"})),
    ("VARIANT", r"\bVARIANT\b", frozenset({"snowflake", "databricks", "spark"})),
    ("STAGE", r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:STAGE|WAREHOUSE|FILE\s+FORMAT)\b", frozenset({"snowflake"})),
    ("LATERAL VIEW", r"\bLATERAL\s+VIEW\b", SPARK | {"doris"}),
    ("USING DELTA", r"\bUSING\s+(?:DELTA|PARQUET|ICEBERG)\b|\bTBLPROPERTIES\b", SPARK | {"athena"}),
    ("DISTKEY", r"\bDISTKEY\b|\bSORTKEY\b|\bDISTSTYLE\b", frozenset({"redshift"})),
    ("read_csv", r"\bread_(?:csv|parquet|csv_auto|json|json_auto)\s*\(", frozenset({"duckdb"})),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(rule, re.IGNORECASE | re.MULTILINE), able) for name, rule, able in FEATURES)
_HIDDEN = re.compile(r"'(?:[^'\\]|''|\\.)*+'|--[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/|\"[^\"\n]*\"")
MAX_LOOK = 60_000


def features_of(text: str) -> list[tuple[str, frozenset[str]]]:
    """The constructs that a text has, each with the dialects that allow it.

    >>> [name for name, _ in features_of("SELECT a::text FROM t -- `x`")]
    ['::']
    """
    bare = _HIDDEN.sub(
        lambda found: "''" if found[0][0] == "'" else '""' if found[0][0] == '"' else " ", text[:MAX_LOOK]
    )
    return [(name, able) for name, rule, able in _COMPILED if rule.search(bare)]
