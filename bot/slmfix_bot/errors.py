"""Every fatal error of the product and the exit code each one ends the process with.

Exit codes are a contract (README, "Exit codes"): 0 nothing left to report, 1 findings at or above `--fail-on`,
2 usage or configuration, 3 internal error, 4 a required validator or model is missing. A message says what
happened, why, and what to do about it; the command line prints it without a traceback.
"""

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_INTERNAL = 3
EXIT_MISSING = 4


class FatalError(Exception):
    """Ends the run; `return_code` becomes the exit code of the process."""

    return_code = EXIT_INTERNAL


class UsageError(FatalError):
    """The command line asks for something impossible."""

    return_code = EXIT_USAGE


class ConfigurationError(FatalError):
    """`.slmfix.yml` or an input cannot be used as it is."""

    return_code = EXIT_USAGE


class GitError(FatalError):
    """The repository does not hold what was asked for: unknown ref, shallow history, not a repository."""

    return_code = EXIT_USAGE


class GitHubError(FatalError):
    """GitHub refused or could not be reached; `status` is the HTTP status, 0 when there was no answer."""

    return_code = EXIT_INTERNAL

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class ModelError(FatalError):
    """The model package is missing, damaged or of a format that this version does not read."""

    return_code = EXIT_MISSING


class MissingToolError(FatalError):
    """A validator's program or library is not installed."""

    return_code = EXIT_MISSING


class ToolError(Exception):
    """An external program did not give an answer; not fatal, the caller decides what the lack of one means."""


class ToolMissing(ToolError):
    """The program is not installed or may not be executed."""


class ToolTimeout(ToolError):
    """The program was killed because its time was up."""


class ToolOutputTooLarge(ToolError):
    """The program was killed because it wrote more than was allowed."""


class CannotJudge(Exception):
    """A validator has no opinion about this program: template, unknown dialect, missing tool, limit reached."""
