"""What sqlglot is known to refuse although the dialect allows it, found on published files that run.

Queries and changes of data are read well. Of definitions only those errors count that no option of a dialect explains,
and of all other statements none: they are not judged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import Token

TRUSTED = frozenset({"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES", "FROM", "("})
# How statements begin that no query, definition of a table or prose begins like.
OTHER = re.compile(
    r"(?:ALTER|DROP|CREATE|TRUNCATE|UNDROP|RENAME)\s+(?:OR\s+\w+\s+)?(?:(?:TEMP|TEMPORARY|GLOBAL|LOCAL|UNIQUE|EXTERNAL"
    r"|MATERIALIZED|SECURE|TRANSIENT|IF|ONLINE|FULLTEXT|SPATIAL|CLUSTERED|NONCLUSTERED|BITMAP|SEARCH|VECTOR)\s+)*"
    r"(?!TABLE\s+[^\s]+\s*\(|VIEW\b)\w+"
    r"|(?:GRANT|REVOKE|DENY)\s+[\w, ]+\s(?:ON|TO|FROM)\b|SET\s+(?:\w+\s+)?[@\w.]+\s*(?:=|TO\b|ON\b|OFF\b)|SET\s+\w+$"
    r"|EXPLAIN\s|ANALYZE\s|USE\s+\S+\s*$|BEGIN\b|COMMIT\b|ROLLBACK\b|CALL\s+\S+\s*\("
    r"|EXEC(?:UTE)?\s|DECLARE\s+@?\w+|IF\s+(?:NOT\s+)?(?:EXISTS|\(|@|\w+\s*\()|WHILE\s+[@(\w]+\s*[<>=]|FOR\s+\w+\s+(?:IN|AS)\b"
    r"|LOOP\b|REPEAT\b|COPY\s|UNLOAD\s*\(|(?:PUT|GET|LIST|LS|REMOVE|RM)\s+[@'f]|LOAD\s+DATA\b|EXPORT\s+DATA\b|OPTIMIZE\s|VACUUM\b"
    r"|REFRESH\s|MSCK\s|(?:UN)?CACHE\s+\w*\s*TABLE\b|RESET\b|COMMENT\s+(?:IF\s+EXISTS\s+)?ON\b|KILL\s|(?:UN)?LOCK\s+TABLES?\b|PREPARE\s"
    r"|DEALLOCATE\s|OPEN\s+\w+|FETCH\s|CLOSE\s+\w+|RAISE\b|RAISERROR\b|ASSERT\s|(?:AT|DE)TACH\s|INSTALL\s|PRAGMA\s|CHECKPOINT\b"
    r"|SUMMARIZE\s|(?:UN)?PIVOT\s|SYSTEM\s|CONN(?:ECT)?\s+\w+/|CHECK\s+TABLE\b|PRINT\s|THROW\b|GO\b|WAITFOR\s|BACKUP\s|FLUSH\s+[A-Z]+\s*$|END\s+(?:FOR|IF|WHILE|LOOP|REPEAT|CASE)\b"
    r"|RESTORE\s|DBCC\s|MERGE\s+(?:INTO\s+)?\S+|DELIMITER\b|SPOOL\s|PROMPT\s|WHENEVER\s|EXIT\b|QUIT\b|\w+\s*:=",
    re.IGNORECASE,
)
# Parts of queries.
PARTS = re.compile(
    r"\(\s*TABLE\s+[\w`\"\[$]|^[ \t]*\|>|@\w+\s*:="
    r"|\bMATCH_RECOGNIZE\b|\bGRAPH_TABLE\b|\bFOR\s+(?:XML|JSON|SYSTEM_TIME|BROWSE)\b|\bOPENXML\b"
    r"|\bDELETE\s+(?:`?\w+`?\.)*`?\w+`?\.\*|\bPROCEDURE\s+ANALYSE\b|\bMODEL\s+(?:DIMENSION|PARTITION|RETURN)\b"
    r"|\bCONNECT\s+BY\b|\bCHANGES\s*\(|\bAT\s*\(\s*(?:TIMESTAMP|OFFSET|STATEMENT)\b|\bINTO\s+(?:OUTFILE|DUMPFILE)\b"
    r"|\bPIVOT\b|\bUNPIVOT\b|\bWITH\s+XMLNAMESPACES\b|\bASOF\s+JOIN\b|\bSAMPLE\s*\(|\bTABLESAMPLE\b|\bOPTION\s*\(",
    re.IGNORECASE | re.MULTILINE,
)
TABLE = re.compile(r"CREATE\s+(?:[A-Z]+\s+){0,4}?TABLE\b", re.IGNORECASE)
VIEW = re.compile(r"CREATE\s+(?:[A-Z]+\s+){0,4}?VIEW\b", re.IGNORECASE)
TYPE = re.compile(
    r"(?:TINY|SMALL|MEDIUM|BIG)?(?:INT(?:EGER)?|TEXT|BLOB)|N?(?:VAR)?CHAR2?|STRING|BOOL(?:EAN)?|NUM(?:BER|ERIC)|DECIMAL"
    r"|FLOAT(?:64)?|INT64|REAL|DOUBLE|DATE(?:TIME2?)?|TIME(?:STAMP(?:TZ|_NTZ|_LTZ)?)?|UUID|JSONB?|VARIANT|BIT|MONEY",
    re.IGNORECASE,
)


def is_doubtful(chunk: Sequence[Token], text: str, bad: int, *, is_unbalanced: bool) -> bool:
    """Whether an error says little: `bad` is the index of the token it is about, in the statement of `chunk`."""
    statement = text[chunk[0].start : chunk[-1].end + 1]
    if PARTS.search(statement):
        return True
    if TABLE.match(statement):
        return not (is_unbalanced or _is_missing_comma(chunk, bad) or _ends_with_comma(chunk, bad))
    if VIEW.match(statement):
        return False
    return bool(OTHER.match(statement[:2000]))


def _is_missing_comma(chunk: Sequence[Token], bad: int) -> bool:
    """A name and a type where a comma should be."""
    if not 0 < bad < len(chunk) - 1:
        return False
    is_name = chunk[bad].token_type.name in {"VAR", "IDENTIFIER"}
    return is_name and bool(TYPE.fullmatch(chunk[bad + 1].text)) and chunk[bad - 1].text not in {",", "("}


def _ends_with_comma(chunk: Sequence[Token], bad: int) -> bool:
    return bad > 0 and chunk[bad].text == ")" and chunk[bad - 1].text == ","
