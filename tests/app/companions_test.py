from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.app.companions import MAX_CHARACTERS, Companions
from slmfix_bot.core.program import Program
from slmfix_bot.errors import GitError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

QUERY = Program(language="sql", text="SELECT 1;\n", path="q.sql")


class Files:
    def __init__(self, texts: Mapping[str, str], unreadable: Sequence[str] = ()) -> None:
        self.texts = texts
        self.unreadable = unreadable

    def paths(self) -> Sequence[str]:
        return (*self.texts, *self.unreadable)

    def read(self, paths: Sequence[str]) -> Mapping[str, str]:
        return {path: self.texts[path] for path in paths if path in self.texts}


def migrations(language: str, path: str, tree: Sequence[str]) -> Sequence[str]:
    del path
    return [name for name in tree if language == "sql" and name.endswith(".sql")]


def attached(files: Files, program: Program = QUERY) -> tuple[tuple[str, str], ...]:
    return Companions(migrations, lambda version: files).attach(program, "HEAD").files


def test_a_program_gets_the_chosen_files_but_not_itself() -> None:
    files = Files({"1.sql": "CREATE TABLE a (b INT);", "q.sql": "SELECT 1;", "readme.md": "#"})
    assert attached(files) == (("1.sql", "CREATE TABLE a (b INT);"),)
    assert attached(files, Program(language="json", text="{}", path="a.json")) == ()


def test_either_all_files_are_given_or_none() -> None:
    assert attached(Files({"1.sql": ""}, unreadable=["2.sql"])) == ()
    half = "x" * (MAX_CHARACTERS // 2)
    assert len(attached(Files({"1.sql": half, "2.sql": half}))) == 2
    assert attached(Files({"1.sql": half, "2.sql": half, "3.sql": "x"})) == ()


def test_a_version_that_git_cannot_read_leaves_the_program_alone() -> None:
    def refuse(version: str) -> Files:
        raise GitError(version)

    assert Companions(migrations, refuse).attach(QUERY, "HEAD") is QUERY


def test_each_version_has_its_own_files() -> None:
    versions = {"base": Files({"1.sql": "old"}), "head": Files({"1.sql": "new"})}
    companions = Companions(migrations, versions.__getitem__)
    assert companions.attach(QUERY, "base").files == (("1.sql", "old"),)
    assert companions.attach(QUERY, "head").files == (("1.sql", "new"),)
    assert companions.attach(QUERY, "head").files is companions.attach(QUERY, "head").files
