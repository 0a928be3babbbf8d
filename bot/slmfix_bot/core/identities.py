"""The marks that coding agents leave on commits and pull requests, as data in one place.

They come from the vendors' documentation and from public commits up to August 2026. All of them can be forged or
removed. Addresses are compared in lower case and whole; a first name alone is never a mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

NOREPLY = "@users.noreply.github.com"


class Role(Enum):
    """`AGENT` writes commits; `REVIEWER` contributes single suggestions; `WEAK` is known to be wrong at times."""

    AGENT = "agent"
    REVIEWER = "reviewer"
    WEAK = "weak"


@dataclass(frozen=True, kw_only=True)
class Agent:
    """One tool. `accounts` are GitHub logins, `branches` prefixes of head branches, `body` patterns of a pull request
    body or commit message that only the tool itself writes, at the start of a line."""

    tool: str
    emails: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


AGENTS = (
    Agent(
        tool="claude",
        emails=("noreply@anthropic.com",),
        accounts=("claude[bot]", "anthropic-claude[bot]", "claude-code-action[bot]"),
        branches=("claude/",),
        body=(r"🤖 Generated with \[Claude Code\]\(https://claude\.(?:ai/code|com/claude-code)",),
    ),
    Agent(
        tool="copilot",
        emails=(f"223556219+copilot{NOREPLY}",),
        accounts=("copilot-swe-agent[bot]", "copilot"),
        branches=("copilot/",),
        body=(r"<!-- START COPILOT CODING AGENT (?:SUFFIX|TIPS|ORIGINAL PROMPT) -->",),
    ),
    Agent(
        tool="cursor",
        emails=("cursoragent@cursor.com",),
        accounts=("cursor[bot]",),
        branches=("cursor/",),
        body=(
            r"<!-- CURSOR_AGENT_PR_BODY_BEGIN -->",
            r".*https://(?:www\.)?cursor\.com/(?:agents/bc-|background-agent\?bcId=)",
        ),
    ),
    Agent(
        tool="codex",
        emails=("codex@openai.com", "noreply@openai.com"),
        accounts=("chatgpt-codex-connector[bot]",),
        branches=("codex/",),
        body=(r".*https://chatgpt\.com/codex/tasks/task_",),
        labels=("codex",),
    ),
    Agent(
        tool="devin",
        accounts=("devin-ai-integration[bot]",),
        branches=("devin/",),
        body=(r"(?:- )?(?:\*\*)?Link to Devin (?:run|session)\b.*https://app\.devin\.ai/sessions/",),
    ),
    Agent(
        tool="jules",
        accounts=("google-labs-jules[bot]",),
        branches=("jules/",),
        body=(r"\*?PR created automatically by Jules for task \[",),
    ),
    Agent(tool="aider", emails=("aider@aider.chat", "noreply@aider.chat", "noreply@aider.dev")),
    Agent(tool="replit", emails=("agent@replit.com",)),
    Agent(tool="lovable", accounts=("gpt-engineer-app[bot]",)),
    Agent(tool="v0", accounts=("v0[bot]",), branches=("v0/",)),
    Agent(tool="openhands", emails=("openhands@all-hands.dev",), branches=("openhands/",)),
    Agent(tool="amp", emails=("amp@ampcode.com",), labels=("amp",)),
    Agent(
        tool="opencode",
        emails=("noreply@opencode.ai",),
        accounts=("opencode-agent[bot]",),
        branches=("opencode/",),
        body=(r"🤖 Generated with \[opencode\]\(https://opencode\.ai",),
    ),
    Agent(tool="qwen-code", emails=("qwen-coder@alibabacloud.com",)),
    Agent(tool="junie", emails=("junie@jetbrains.com",)),
    Agent(tool="warp", emails=("agent@warp.dev", "noreply@warp.dev")),
    Agent(tool="kiro", accounts=("kiro-agent",), branches=("kiro/",)),
    Agent(tool="roo", emails=("roomote@roocode.com",), accounts=("roomote[bot]",)),
    Agent(tool="factory-droid", accounts=("factory-droid[bot]",)),
    Agent(tool="sweep", accounts=("sweep-ai[bot]", "sweep-nightly[bot]"), branches=("sweep/",), labels=("sweep",)),
    Agent(tool="codegen", accounts=("codegen-sh[bot]",)),
    Agent(tool="gemini", branches=("gemini/",)),
)

# They review; as co-author they mark an applied suggestion, as author a commit of their own.
REVIEWERS = {
    f"175728472+copilot{NOREPLY}": "copilot",
    "github-code-quality[bot]": "copilot",
    "gemini-code-assist[bot]": "gemini",
    "coderabbitai[bot]": "coderabbit",
    "sourcery-ai[bot]": "sourcery",
    "ellipsis-dev[bot]": "ellipsis",
}

# Addresses that people made up, or that a tool also wrote where it did nothing.
WEAK = {
    "copilot@github.com": "copilot",
    "windsurf@codeium.com": "windsurf",
    "noreply@zed.dev": "zed",
    "gemini-cli@google.com": "gemini",
}
# VS Code 1.117 and 1.118 added its co-author line without any use of Copilot (microsoft/vscode#313064): 2026-04-15 to
# 2026-06-30, in seconds since 1970.
FALSE_COPILOT = (1_776_211_200, 1_782_863_999)

# Trailers that only the tool writes: key -> tool. The value must look like what the tool writes.
SESSION_TRAILERS = {
    "agent-logs-url": ("copilot", r"https://\S+/sessions/"),
    "claude-session": ("claude", r"https://\S+"),
    "amp-thread-id": ("amp", r"https://ampcode\.com/threads/\S+"),
    "replit-commit-author": ("replit", r"Agent\b"),
}
# Trailers by which a person declares help; they also name people and compilers, hence the pattern of AI names.
DECLARING_TRAILERS = frozenset({"assisted-by", "generated-by", "made-with", "ai-assisted-by"})
AI_NAME = re.compile(
    r"\b(?:claude|chat\s?gpt\w*|gpt-?\d\S*|codex|copilot|cursor|gemini|aider|devin|jules|llama|llms?|qwen|deepseek|kimi|glm|"
    r"mistral|windsurf|cline|opencode|openhands|amp|junie|kiro|grok|ai|artificial intelligence|language model)\b"
    r"|^[A-Za-z][\w .-]{0,40}:[\w.-]*\d[\w.-]*(?:\s|$)",
    re.IGNORECASE,
)

# Accounts that only run fixed programs; an unknown account ending in [bot] may well be an agent, so it is not assumed.
PLAIN_BOTS = frozenset(
    {
        "dependabot[bot]", "dependabot-preview[bot]", "renovate[bot]", "pre-commit-ci[bot]", "allcontributors[bot]",
        "greenkeeper[bot]", "imgbot[bot]", "mergify[bot]", "release-please[bot]", "semantic-release-bot",
        "snyk-bot", "weblate", "transifex-integration[bot]", "crowdin-bot", "autofix-ci[bot]",
    }
)  # fmt: skip
PLAIN_BOT_EMAILS = frozenset({"semantic-release-bot@martynus.net", "bot@renovateapp.com", "support@dependabot.com"})
# Workflows commit under this account, those that run an agent too: its trailers count for more than its name.
WORKFLOW_ACCOUNT = "github-actions[bot]"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """An address that belongs to a tool."""

    tool: str
    role: Role


_BY_ACCOUNT = {
    **{account: Identity(tool=agent.tool, role=Role.AGENT) for agent in AGENTS for account in agent.accounts},
    **{name: Identity(tool=tool, role=Role.REVIEWER) for name, tool in REVIEWERS.items() if "@" not in name},
}
_BY_EMAIL = {
    **{email: Identity(tool=agent.tool, role=Role.AGENT) for agent in AGENTS for email in agent.emails},
    **{email: Identity(tool=tool, role=Role.REVIEWER) for email, tool in REVIEWERS.items() if "@" in email},
    **{email: Identity(tool=tool, role=Role.WEAK) for email, tool in WEAK.items()},
}


def account_of(email: str) -> str | None:
    """The GitHub login in a noreply address.

    >>> account_of("198982749+Copilot@users.noreply.github.com")
    'copilot'
    """
    match = re.fullmatch(r"(?:\d+\+)?([^@+]+)@users\.noreply\.github\.com", email.strip().lower())
    return match[1] if match else None


def identify(email: str) -> Identity | None:
    """The AI tool that an e-mail address belongs to."""
    return _BY_EMAIL.get(email.strip().lower()) or _BY_ACCOUNT.get(account_of(email) or "")


def identify_account(login: str) -> Identity | None:
    """The AI tool that a GitHub account belongs to; some interfaces leave `[bot]` out."""
    name = login.strip().lower()
    return _BY_ACCOUNT.get(name) or _BY_ACCOUNT.get(f"{name}[bot]")


def is_plain_bot(email: str) -> bool:
    """Whether an address belongs to a known bot that is no AI agent (dependency updates, releases, formatting)."""
    return account_of(email) in PLAIN_BOTS or email.strip().lower() in PLAIN_BOT_EMAILS
