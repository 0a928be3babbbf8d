"""Which of the configured validators may run, and with which files: a change must bring neither its own command nor
its own version of the command's files.

In a pull request the configuration comes from the base commit anyway. A local run takes it from the work tree, which
may be a stranger's branch; so an entry of `validators:` counts only if the base commit has the same one, unless the
user names the file with `--config`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from slmfix_bot.adapters.config import FILE_NAME, build_options, load_config
from slmfix_bot.adapters.custom_config import with_contents
from slmfix_bot.adapters.process import find_program
from slmfix_bot.errors import ConfigurationError, GitError, ToolMissing

if TYPE_CHECKING:
    from collections.abc import Callable

    from slmfix_bot.adapters.git import Git
    from slmfix_bot.core.options import CustomValidator, Options


def with_named_config(options: Options, config: Path) -> Options:
    """For a file that the user names: its validators are trusted, and so are the files beside it."""

    def read(path: str) -> bytes | None:
        file = config.parent / path
        return file.read_bytes() if file.is_file() else None

    return _complete(options, lambda one: with_contents(one, read, f"beside {config}"))


def with_base_config(git: Git, options: Options, base: str, head: str) -> Options:
    """For the file of the work tree: what the base commit does not say too is refused, and reported with each file."""
    if not options.validators:
        return options
    known = _validators_at(git, base)
    where = f"at {base[:12]}, where the change starts"

    def judge(validator: CustomValidator) -> CustomValidator:
        if validator in known:
            return _at_commit(git, validator, base, head)
        reason = (
            f"{validator.name}: this validator is not in {FILE_NAME} {where}, and a change may not bring its own; "
            f"--config {FILE_NAME} takes the file as it is"
        )
        return replace(validator, refused=reason)

    return _complete(options, judge)


def with_trusted_config(git: Git, options: Options, commit: str, head: str) -> Options:
    """For a configuration that was read from `commit`: the files come from there too."""
    return _complete(options, lambda validator: _at_commit(git, validator, commit, head))


def _complete(options: Options, judge: Callable[[CustomValidator], CustomValidator]) -> Options:
    return replace(options, validators=tuple(judge(validator) for validator in options.validators))


def _at_commit(git: Git, validator: CustomValidator, commit: str, head: str) -> CustomValidator:
    complete = with_contents(validator, lambda path: _blob(git, commit, path), f"at {commit[:12]}")
    if not complete.refused and (place := _in_checkout(git, validator.command[0], head)):
        reason = f"{validator.name}: {place} lies in a folder that the checked commit fills; install it outside of it"
        return replace(complete, refused=reason)
    return complete


def _validators_at(git: Git, commit: str) -> tuple[CustomValidator, ...]:
    """The validators of the configuration at a commit; none where that cannot be used."""
    content = _blob(git, commit, FILE_NAME)
    if content is None:
        return ()
    try:
        return build_options(load_config(content.decode(errors="replace"))).validators
    except ConfigurationError:
        return ()


def _blob(git: Git, commit: str, path: str) -> bytes | None:
    try:
        return git.read_blob(commit, path)
    except GitError:  # the empty tree, from which a first push starts
        return None


def _in_checkout(git: Git, name: str, head: str) -> str | None:
    """The program's path if the checked commit could have put it, or what it imports, there."""
    try:
        found = Path(name if name.startswith("/") else find_program(name)) if _is_installed(name) else None
    except ToolMissing:
        return None
    if found is None:
        return None
    for place in (found, found.resolve()):
        try:
            top = place.relative_to(git.root.resolve()).parts[0]
        except ValueError:
            continue
        commit = "HEAD" if head in {"WORKTREE", "STAGED"} else head
        if any(path == top or path.startswith(f"{top}/") for path in git.list_files(commit)):
            return str(found)
    return None


def _is_installed(name: str) -> bool:
    """Whether the program is looked for on this machine; a relative one comes from the base commit."""
    return name.startswith("/") or "/" not in name
