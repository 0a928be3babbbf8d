from __future__ import annotations

from slmfix_training.tables.sql_functions import mysql_functions, postgres_functions

CATALOG = """# PostgreSQL 15
create pg_proc 1255 bootstrap rowtype_oid 81
 (
 oid = oid
 )
insert ( 1299 now 11 10 12 1 0 )
insert ( 2803 count 11 10 12 1 0 )
close pg_proc
create pg_type 1247 bootstrap
insert ( 16 bool 11 10 1 t b B t )
close pg_type
"""
HELP = r"""
INSERT INTO help_topic (help_topic_id, name, description) VALUES (1, 31, 'DATE\\_FORMAT', 'Syntax\n\nDATE\\_FORMAT(d)');
INSERT INTO help_topic (help_topic_id, name, description) VALUES (2, 22, 'TINYTEXT', 'A type of its own');
"""


def test_functions_of_the_catalogue_of_postgres() -> None:
    found = set(postgres_functions(CATALOG))
    assert {"now", "count", "coalesce"} <= found
    assert "bool" not in found


def test_topics_that_show_a_call() -> None:
    found = set(mysql_functions(HELP))
    assert {"DATE_FORMAT", "any_value", "if"} <= found
    assert "TINYTEXT" not in found
