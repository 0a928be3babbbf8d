import pytest

from slmfix_bot.core.globs import matches_any


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("a.min.js", "*.min.js", True),
        ("x/y/a.min.js", "*.min.js", True),
        ("vendor/a/b.sh", "vendor", True),
        ("x/vendor/b.sh", "vendor/", True),
        ("x/vendor/b.sh", "/vendor", False),
        ("vendors/b.sh", "vendor", False),
        ("docs/a.sh", "docs/*.sh", True),
        ("docs/x/a.sh", "docs/*.sh", False),
        ("docs/x/a.sh", "docs/**/*.sh", True),
        ("docs/a.sh", "docs/**/*.sh", True),
        ("docs/x/a.sh", "docs/**", True),
        ("docs", "docs/**", False),
        ("a/b/c.sh", "**/c.sh", True),
        ("c.sh", "**/c.sh", True),
        ("file1", "file[0-9]", True),
        ("filex", "file[!0-9]", True),
        ("a+b(c).sh", "a+b(c).sh", True),
        ("a\nb.sh", "a?b.sh", True),
        ("a[.sh", "a[.sh", True),
    ],
)
def test_matches_any(path: str, pattern: str, expected: bool) -> None:
    assert matches_any(path, [pattern]) is expected


def test_matches_any_of_nothing_noop() -> None:
    assert not matches_any("a", [])
