import pytest

from slmfix_bot.core.attribution import Tier, attribute_line
from slmfix_bot.core.commit_evidence import FALSE_DATE, commit_signals, pull_request_signals
from slmfix_bot.core.history import Commit
from slmfix_bot.core.provenance import Confidence, PullRequestFacts, Verdict

COPILOT = "198982749+Copilot@users.noreply.github.com"
HUMAN = "Grace Example <grace@example.org>"


def commit(
    message: str = "Fix",
    author: str = HUMAN,
    committer: str = "GitHub <noreply@github.com>",
    date: int = 1_767_225_600,
    parents: tuple[str, ...] = ("p",),
) -> Commit:
    name, _, email = author.removesuffix(">").partition(" <")
    committer_name, _, committer_email = committer.removesuffix(">").partition(" <")
    return Commit(
        sha="c" * 40,
        parents=parents,
        author_name=name,
        author_email=email,
        committer_name=committer_name,
        committer_email=committer_email,
        author_date=date,
        committer_date=date,
        message=message,
    )


def verdict(found: Commit, facts: PullRequestFacts | None = None) -> tuple[Verdict, Confidence, str | None]:
    signals = [*commit_signals(found, facts), *(pull_request_signals(facts, found) if facts else [])]
    attribution = attribute_line(signals)
    return attribution.verdict, attribution.confidence, attribution.tool


def with_trailer(trailer: str) -> Commit:
    return commit(f"Fix\n\n{trailer}\n")


@pytest.mark.parametrize(
    ("trailer", "tool"),
    [
        ("Co-Authored-By: Claude <noreply@anthropic.com>", "claude"),
        ("Co-Authored-By: Claude Opus 4.8 (1M context) <NoReply@Anthropic.com>", "claude"),
        ("Co-authored-by: Copilot <223556219+Copilot@users.noreply.github.com>", "copilot"),
        ("Co-authored-by: Cursor <cursoragent@cursor.com>", "cursor"),
        ("Co-authored-by: aider (gpt-5) <aider@aider.chat>", "aider"),
        ("Co-authored-by: v0[bot] <v0[bot]@users.noreply.github.com>", "v0"),
        ("Agent-Logs-Url: https://github.com/o/r/sessions/1b2c", "copilot"),
        ("Amp-Thread-ID: https://ampcode.com/threads/T-1", "amp"),
        ("Replit-Commit-Author: Agent", "replit"),
    ],
)
def test_trailers_of_agents(trailer: str, tool: str) -> None:
    assert verdict(with_trailer(trailer)) == (Verdict.AI, Confidence.MEDIUM, tool)


@pytest.mark.parametrize(
    "trailer",
    [
        "Co-authored-by: Claude Shannon <claude@example.org>",
        "Co-authored-by: Grace <grace@example.org>",
        "Co-authored-by: Codex <codex@example.com>",
        "Co-authored-by: Claude",
        "Co-Authored-By: unknown <>",
        "Signed-off-by: Devin <devin@example.org>",
        "Replit-Commit-Author: Deployment",
        "Assisted-by: Ada Lovelace <ada@example.org>",
        "Assisted-by: coccinelle",
        "Generated-by: protoc",
        "Made-with: love",
        "Reviewed-by: coderabbitai[bot] <136622811+coderabbitai[bot]@users.noreply.github.com>",
    ],
)
def test_people_and_compilers_noop(trailer: str) -> None:
    assert commit_signals(with_trailer(trailer)) == []


@pytest.mark.parametrize(
    "trailer",
    [
        "Assisted-by: Claude:claude-3-opus coccinelle sparse",
        "Assisted-by: generic LLM chatbot",
        "Assisted-by: ChatGPTv5",
        "Assisted-by: Claude Opus 4.6 <noreply@anthropic.com>",
        "Generated-by: GitHub Copilot",
        "Made-with: Cursor",
    ],
)
def test_declared_assistance(trailer: str) -> None:
    assert verdict(with_trailer(trailer))[:2] == (Verdict.AI_ASSISTED, Confidence.MEDIUM)


def test_editor_trailer_is_low_while_the_editor_wrote_it_falsely() -> None:
    trailer = "Fix\n\nCo-authored-by: Copilot <copilot@github.com>\n"
    assert verdict(commit(trailer))[1] is Confidence.MEDIUM
    [signal] = commit_signals(commit(trailer, date=1_777_593_600))
    assert (signal.evidence.confidence, signal.evidence.caveat) == (Confidence.LOW, FALSE_DATE)


def test_review_suggestion_and_squash_are_low() -> None:
    suggestion = with_trailer("Co-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>")
    squash = commit("All (#3)\n\n* one\n\n---------\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n")
    assert verdict(suggestion) == (Verdict.AI, Confidence.LOW, "copilot")
    assert verdict(squash) == (Verdict.AI, Confidence.LOW, "claude")


@pytest.mark.parametrize(
    ("author", "tool"),
    [
        (f"copilot-swe-agent[bot] <{COPILOT}>", "copilot"),
        ("Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>", "devin"),
        ("Claude <noreply@anthropic.com>", "claude"),
        ("Grace Example (aider) <grace@example.org>", "aider"),
    ],
)
def test_authors(author: str, tool: str) -> None:
    human_co_author = "Fix\n\nCo-authored-by: Grace <grace@example.org>\n"
    assert verdict(commit(human_co_author, author)) == (Verdict.AI, Confidence.MEDIUM, tool)


def test_committer_aider_alone_noop() -> None:
    assert commit_signals(commit(committer="Grace Example (aider) <grace@example.org>")) == []


def test_author_whose_bot_account_opened_the_pull_request_is_sure() -> None:
    facts = PullRequestFacts(author="Copilot", author_is_bot=True, branch="copilot/fix-1")
    assert verdict(commit(author=f"copilot-swe-agent[bot] <{COPILOT}>"), facts)[1] is Confidence.HIGH


def test_dependency_bot_quoting_an_agent_is_a_bot() -> None:
    renovate = "renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>"
    message = "Update x\n\n🤖 Generated with [Claude Code](https://claude.ai/code)\n\n"
    message += "Co-Authored-By: Claude <noreply@anthropic.com>\n"
    facts = PullRequestFacts(author="renovate[bot]", author_is_bot=True, body=message)
    assert verdict(commit(message, renovate), facts)[0] is Verdict.BOT


def test_workflow_account_yields_to_the_agent_that_it_ran() -> None:
    workflow = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
    assert verdict(commit(author=workflow))[0] is Verdict.BOT
    agent = commit("x\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n", workflow)
    assert verdict(agent)[0] is Verdict.AI


def test_footer_in_the_message_counts_but_a_quoted_one_does_not() -> None:
    footer = "🤖 Generated with [Claude Code](https://claude.com/claude-code)"
    assert verdict(commit(f"Fix\n\n    {footer}\n"))[2] == "claude"
    assert commit_signals(commit(f"Fix\n\n> {footer}\n")) == []
    assert commit_signals(commit("Remove the line 🤖 Generated with [Claude Code](https://claude.ai/code)")) == []


def test_revert_keeps_the_evidence_without_a_verdict() -> None:
    message = f"Revert x\n\nThis reverts commit {'a' * 40}.\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"
    [signal] = commit_signals(commit(message))
    assert signal.evidence.verdict is Verdict.UNKNOWN
    facts = PullRequestFacts(branch="claude/x")
    assert verdict(commit(message), facts)[0] is Verdict.UNKNOWN


def test_merge_says_nothing_about_its_lines() -> None:
    merge = commit("Merge\n\nCo-Authored-By: Claude <noreply@anthropic.com>", parents=("a", "b"))
    assert commit_signals(merge) == []
    assert pull_request_signals(PullRequestFacts(branch="claude/x"), merge) == []


@pytest.mark.parametrize(
    ("facts", "tool"),
    [
        (PullRequestFacts(author="devin-ai-integration[bot]"), "devin"),
        (PullRequestFacts(branch="codex/add-x"), "codex"),
        (PullRequestFacts(body="Adds x.\n\n🤖 Generated with [Claude Code](https://claude.ai/code)\n"), "claude"),
        (PullRequestFacts(body="Task: https://chatgpt.com/codex/tasks/task_e_68\r\n"), "codex"),
        (PullRequestFacts(body="<!-- START COPILOT CODING AGENT SUFFIX -->"), "copilot"),
    ],
)
def test_pull_request_marks(facts: PullRequestFacts, tool: str) -> None:
    assert verdict(commit(), facts) == (Verdict.AI, Confidence.MEDIUM, tool)


def test_label_is_weak() -> None:
    [signal] = pull_request_signals(PullRequestFacts(labels=("Codex",)), commit())
    assert (signal.tier, signal.evidence.confidence) == (Tier.WEAK, Confidence.LOW)


@pytest.mark.parametrize(
    "facts",
    [
        PullRequestFacts(author="grace", branch="feature/claude", body="Claude Code helped, see codex", labels=("ui",)),
        PullRequestFacts(branch="claudette/x", body="<!-- CURSOR_SUMMARY --> Bugbot review"),
        PullRequestFacts(body="> 🤖 Generated with [Claude Code](https://claude.ai/code)"),
        PullRequestFacts(),
    ],
)
def test_pull_request_without_marks_noop(facts: PullRequestFacts) -> None:
    assert pull_request_signals(facts, commit()) == []


def test_commit_of_a_third_person_is_less_sure() -> None:
    facts = PullRequestFacts(author="grace", branch="codex/x")
    own = commit(author="Grace <1+grace@users.noreply.github.com>")
    other = commit(author="Ada <2+ada@users.noreply.github.com>")
    assert verdict(own, facts)[1] is Confidence.MEDIUM
    assert verdict(other, facts)[1] is Confidence.LOW


def test_quotes_are_bounded_and_printable() -> None:
    trailer = f"Co-authored-by: \x1b[2J\u202e{'x' * 5000} <noreply@anthropic.com>"
    [signal] = commit_signals(with_trailer(trailer))
    assert len(signal.evidence.quote) <= 200
    assert signal.evidence.quote.isprintable()


def test_hostile_body_is_bounded() -> None:
    body = "x https://chatgpt.com/codex/tasks/\n" * 1_000_000
    assert pull_request_signals(PullRequestFacts(body=body), commit(body)) == []
