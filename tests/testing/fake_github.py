"""A stateful GitHub over HTTP with one pull request of a real git repository.

It refuses what GitHub refuses, with GitHub's statuses and words: comments outside the diff, ranges over two hunks, a
start line that does not precede the end, bodies over 65,536 characters, foreign commits, writing with a read-only
token. Every request and every answer is checked against GitHub's OpenAPI description; leaving the context manager
fails the test if one did not fit.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.testing.openapi import check_answer, check_request, example, find_operation
from tests.testing.pull_diff import commits, moved_range, pull_diff

if TYPE_CHECKING:
    from pathlib import Path

MAX_BODY = 65_536
READ_ONLY = "Resource not accessible by integration"
DOCS = "https://docs.github.com/rest"
# The description calls these integers, but GitHub answers null once a comment is outdated.
OUTDATED = re.compile(r"\.(line|position): None is not of type 'integer'$")


@dataclass
class Answer:
    """One HTTP answer."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Failure:
    """An injected failure of the next matching request; `acts`: the request takes effect all the same."""

    method: str
    suffix: str
    answer: Answer
    acts: bool = False


class RefusedError(Exception):
    """Ends a request with GitHub's answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer))
        self.answer = answer


def refuse(status: int, message: str, *errors: Any) -> RefusedError:
    body = {"message": message, "documentation_url": DOCS, "status": str(status)}
    return RefusedError(Answer(status, body | ({"errors": list(errors)} if errors else {})))


class FakeGitHub:
    """Use as a context manager; `url` is the GITHUB_API_URL. Comments and reviews are kept as GitHub's JSON."""

    def __init__(
        self,
        repository: Path,
        base: str,
        head: str,
        *,
        full_name: str = "octo/demo",
        number: int = 7,
        token: str = "t0ken",
        writes_as: str = "github-actions[bot]",
        read_only: bool = False,
        **pull: Any,
    ) -> None:
        self.repository, self.base, self.head = repository, base, head
        self.full_name, self.number, self.token = full_name, number, token
        self.writes_as, self.read_only = writes_as, read_only
        self.pull_fields = {
            "title": "Add a script",
            "body": "",
            "author": "alice",
            "branch": "topic",
            "labels": [],
            **pull,
        }
        self.comments: list[dict[str, Any]] = []
        self.reviews: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str, int]] = []
        self.violations: list[str] = []
        self.failures: list[Failure] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if kind is None:
            assert not self.violations, self.violations

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def pull_path(self) -> str:
        return f"/repos/{self.full_name}/pulls/{self.number}"

    def fail(self, method: str, suffix: str, status: int, message: str = "Server Error", **more: Any) -> None:
        """The next request of that method whose path ends so gets this answer."""
        body = {"message": message, "documentation_url": DOCS, "status": str(status)}
        answer = Answer(status, body, more.pop("headers", {}))
        self.failures.append(Failure(method, suffix, answer, **more))

    def push(self, head: str) -> None:
        """Moves the branch; comments follow their lines or become outdated."""
        for comment in self.comments:
            if comment["subject_type"] == "file" or comment["line"] is None:
                continue
            start = comment["start_line"] or comment["line"]
            moved = moved_range(self.repository, self.head, head, comment["path"], start, comment["line"])
            comment["position"] = comment["line"] = comment["start_line"] = None
            if moved is not None:
                comment["position"], comment["line"] = 1, moved[1]
                comment["start_line"] = moved[0] if moved[0] != moved[1] else None
        self.head = head

    def comment_as(self, login: str, body: str, path: str, line: int, kind: str = "User") -> dict[str, Any]:
        """A comment by somebody else."""
        return self._store({"path": path, "line": line, "body": body}, login, kind, None)

    def answer(self, method: str, target: str, headers: dict[str, str], payload: bytes) -> Answer:
        """Serves one request, checks it and its answer, and records both."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        body = json.loads(payload) if payload else None
        operation = find_operation(method, parts.path)
        wrong = check_request(operation, query, body) if operation else [f"{method} {parts.path} is not described"]
        failure = next((f for f in self.failures if f.method == method and parts.path.endswith(f.suffix)), None)
        try:
            if failure is not None and not failure.acts:
                raise RefusedError(failure.answer)
            if headers.get("authorization", "").split(" ")[-1] != self.token:
                raise refuse(401, "Bad credentials")
            if wrong:
                raise refuse(422, "Invalid request.\n\n" + "\n".join(wrong))
            answer = self._serve(method, parts.path, query, body)
        except RefusedError as refused:
            answer = refused.answer
        if failure is not None:
            self.failures.remove(failure)
            answer = failure.answer
        if operation:
            wrong += [text for text in check_answer(operation, answer.status, answer.body) if not OUTDATED.search(text)]
        self.violations += [f"{method} {parts.path} -> {answer.status}: {text}" for text in wrong]
        self.requests.append((method, parts.path, answer.status))
        return answer

    def _serve(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        if path == "/user":
            if self.writes_as.endswith("[bot]"):
                raise refuse(403, READ_ONLY)
            return Answer(
                200, example("private-user-response-with-public-profile-information") | _account(self.writes_as, "User")
            )
        if not path.startswith(self.pull_path):
            raise refuse(404, "Not Found")
        rest = path.removeprefix(self.pull_path)
        if method == "POST":
            if self.read_only:
                raise refuse(403, READ_ONLY)
            return self._post_review(body) if rest == "/reviews" else self._post_comment(body)
        if rest == "":
            return Answer(200, self._pull())
        items = {"/comments": self.comments, "/reviews": self.reviews, "/files": self._files()}[rest]
        return self._page(path, items, query)

    def _page(self, path: str, items: list[dict[str, Any]], query: dict[str, str]) -> Answer:
        size, page = min(100, int(query.get("per_page", "30"))), int(query.get("page", "1"))
        last = max(1, -(-len(items) // size))
        links = {"next": page + 1, "last": last} if page < last else {}
        header = ", ".join(f'<{self.url}{path}?per_page={size}&page={n}>; rel="{rel}"' for rel, n in links.items())
        return Answer(200, items[(page - 1) * size : page * size], {"Link": header} if header else {})

    def _pull(self) -> dict[str, Any]:
        pull: dict[str, Any] = example("pull-request")
        given = self.pull_fields
        author = given["author"]
        pull |= {
            "url": self.url + self.pull_path,
            "number": self.number,
            "title": given["title"],
            "body": given["body"],
            "locked": False,
            "requested_teams": [],
            "changed_files": len(pull_diff(self.repository, self.base, self.head)),
            "labels": [pull["labels"][0] | {"name": name} for name in given["labels"]],
        }
        pull["user"] |= _account(author, "Bot" if author.endswith("[bot]") else "User")
        pull["base"] |= {"ref": "main", "sha": self.base}
        pull["head"] |= {"ref": given["branch"], "sha": self.head}
        return pull

    def _files(self) -> list[dict[str, Any]]:
        return [
            {
                "sha": self.head,
                "filename": file.path,
                "status": file.status,
                "additions": sum(line.startswith("+") for hunk in file.hunks for line in hunk.text),
                "deletions": sum(line.startswith("-") for hunk in file.hunks for line in hunk.text),
                "changes": sum(line[:1] in {"+", "-"} for hunk in file.hunks for line in hunk.text),
                "blob_url": self.url,
                "raw_url": self.url,
                "contents_url": self.url,
                "patch": file.patch,
            }
            for file in pull_diff(self.repository, self.base, self.head).values()
        ]

    def _post_review(self, body: dict[str, Any]) -> Answer:
        if body.get("event") and not body.get("body") and body["event"] != "APPROVE":
            raise refuse(422, "Unprocessable Entity", "Body can't be blank")
        commit = body.get("commit_id", self.head)
        comments = body.get("comments", [])
        errors = self._wrong_commit(commit)
        if len(body.get("body", "")) > MAX_BODY:
            errors.append(f"body is too long (maximum is {MAX_BODY} characters)")
        for comment in [] if errors else comments:
            errors += [f"Pull request review thread {text}" for text in self._misplaced(comment, commit)]
        if errors:
            raise refuse(422, "Unprocessable Entity", ", ".join(dict.fromkeys(errors)))
        review = example("pull-request-review") | {
            "id": 1000 + len(self.reviews),
            "body": body.get("body", ""),
            "commit_id": commit,
            "state": {"COMMENT": "COMMENTED", "APPROVE": "APPROVED"}.get(body.get("event", ""), "PENDING"),
            "user": self._me(),
        }
        self.reviews.append(review)
        for comment in comments:
            self._store(comment, self.writes_as, self._me()["type"], review["id"])
        return Answer(200, review)

    def _post_comment(self, body: dict[str, Any]) -> Answer:
        errors = self._wrong_commit(body["commit_id"]) or self._misplaced(body, body["commit_id"])
        if errors:
            resource = {"resource": "PullRequestReviewComment", "code": "custom", "field": "pull_request_review_thread"}
            raise refuse(422, "Validation Failed", *(resource | {"message": text} for text in errors))
        return Answer(201, self._store(body, self.writes_as, self._me()["type"], None))

    def _wrong_commit(self, commit: str) -> list[str]:
        own = commits(self.repository, self.base, self.head)
        return [] if commit in own else ["commit_id is not part of the pull request"]

    def _misplaced(self, comment: dict[str, Any], commit: str) -> list[str]:
        """GitHub's objections to the place and the size of a comment."""
        if len(comment["body"]) > MAX_BODY:
            return [f"body is too long (maximum is {MAX_BODY} characters)"]
        if not comment["body"].strip():
            return ["body can't be blank"]
        file = pull_diff(self.repository, self.base, commit).get(comment["path"])
        if file is None:
            return ["path is invalid", "diff hunk can't be blank"]
        if comment.get("subject_type") == "file":
            return []
        line, start = comment.get("line"), comment.get("start_line")
        side = comment.get("side", "RIGHT")
        if side not in {"LEFT", "RIGHT"} or comment.get("start_side", side) not in {"LEFT", "RIGHT"}:
            return ["side is invalid"]
        hunk = next((hunk for hunk in file.hunks if line in hunk.lines(side)), None)
        if hunk is None:
            return ["line must be part of the diff", "diff hunk can't be blank"]
        if start is None:
            return []
        wrong = [] if start < line else ["start line must precede the end line."]
        if start not in hunk.lines(comment.get("start_side", side)):
            wrong.append("start line must be part of the same hunk as the line.")
        return wrong

    def _me(self) -> dict[str, Any]:
        account: dict[str, Any] = example("pull-request")["user"]
        return account | _account(self.writes_as, "Bot" if self.writes_as.endswith("[bot]") else "User")

    def _store(self, given: dict[str, Any], login: str, kind: str, review: int | None) -> dict[str, Any]:
        number = 5000 + len(self.comments)
        comment: dict[str, Any] = example("pull-request-review-comment") | {
            "id": number,
            "url": f"{self.url}/repos/{self.full_name}/pulls/comments/{number}",
            "pull_request_review_id": review,
            "path": given["path"],
            "body": given["body"],
            "line": given.get("line", 1),
            "original_line": given.get("line", 1),
            "start_line": given.get("start_line"),
            "original_start_line": given.get("start_line"),
            "side": given.get("side", "RIGHT"),
            "start_side": given.get("start_side"),
            "subject_type": given.get("subject_type", "line"),
            "commit_id": self.head,
            "original_commit_id": given.get("commit_id", self.head),
            "user": example("pull-request")["user"] | _account(login, kind),
        }
        comment.pop("in_reply_to_id", None)
        self.comments.append(comment)
        return comment


def _account(login: str, kind: str) -> dict[str, Any]:
    return {"login": login, "type": kind, "id": sum(login.encode())}


def _handler(fake: FakeGitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = fake.answer(self.command, self.path, headers, payload)
            data = json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json; charset=utf-8", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = _handle

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler
