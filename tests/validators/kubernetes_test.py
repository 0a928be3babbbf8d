from __future__ import annotations

import json

import pytest

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.kubernetes import KUBERNETES

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: nginx\n"


def check(text: str, path: str = "") -> tuple[Diagnostic, ...]:
    return KUBERNETES.check(Program(language="kubernetes", text=text, path=path))


def test_version_is_that_of_the_table() -> None:
    assert KUBERNETES.version().startswith("1.")


def test_a_removed_version_names_the_one_to_use() -> None:
    (found,) = check("apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\n")
    assert (found.rule, found.found, found.expected) == (
        "removed-api",
        "networking.k8s.io/v1beta1",
        ("networking.k8s.io/v1",),
    )
    assert [edit.replacement for edit in found.fix] == ["apiVersion: networking.k8s.io/v1\n"]
    (found,) = check("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\n")
    assert (found.rule, found.expected) == ("removed-api", ())


@pytest.mark.parametrize(
    ("api", "kind", "rule", "expected"),
    [
        ("v1", "Deployment", "unknown-api-version", "apps/v1"),
        ("apps/v2", "Deployment", "unknown-api-version", "apps/v1"),
        ("app/v1", "Deployment", "unknown-api-version", "apps/v1"),
        ("network.k8s.io/v1", "Ingress", "unknown-api-version", "networking.k8s.io/v1"),
        ("apps/v1", "Deploment", "unknown-kind", "Deployment"),
        ("v1", "Servce", "unknown-kind", "Service"),
        ("batch/v1", "Cronjob", "unknown-kind", "CronJob"),
    ],
)
def test_wrong_names_of_kinds(api: str, kind: str, rule: str, expected: str) -> None:
    found = check(f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: a}}\n")
    assert (rule, expected) in {(entry.rule, entry.expected[0]) for entry in found}


@pytest.mark.parametrize(
    ("api", "kind"),
    [
        ("example.com/v1", "Deployment"),
        ("serving.example.dev/v1", "Service"),
        ("v1", "Route"),
        ("v1", "Config"),
        ("kubelet.config.k8s.io/v1beta1", "KubeletConfiguration"),
        ("authorization.k8s.io/v1", "SubjectAccessReview"),
        ("{{ api }}", "Deployment"),
    ],
)
def test_kinds_of_others_are_not_judged(api: str, kind: str) -> None:
    assert check(f"apiVersion: '{api}'\nkind: {kind}\nwhatever: [1]\n") == ()


def test_every_document_and_every_item_of_a_list_is_judged() -> None:
    bad = POD.replace("image:", "imagee:")
    assert [found.line for found in check(f"{POD}---\n{bad}---\n---\n{bad}")] == [15, 24]
    pods = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"container": []}}]
    (found,) = check(json.dumps({"apiVersion": "v1", "kind": "List", "items": pods}))
    assert (found.found, found.expected[0]) == ("container", "containers")


@pytest.mark.parametrize(
    ("field", "fixed"),
    [
        ("env: [{name: A, value: 1}]", 'env: [{name: A, value: "1"}]'),
        ("env: [{name: A, value: true}]", 'env: [{name: A, value: "true"}]'),
        ("env: [{name: A, value: no}]", 'env: [{name: A, value: "no"}]'),
        ('ports: [{containerPort: "80"}]', "ports: [{containerPort: 80}]"),
        ('tty: "true"', "tty: true"),
    ],
)
def test_quotes_are_added_or_taken_away(field: str, fixed: str) -> None:
    text = f"{POD}    {field}\n"
    (found,) = check(text)
    assert found.rule == "wrong-type"
    better = apply_edits(text, found.fix)
    assert f"    {fixed}" in better.split("\n")
    assert check(better) == ()


@pytest.mark.parametrize("quantity", ["1", "0.5", "250m", "1.5Gi", "128Mi", "1e3", "12E", "1k", ".5", "'100'", "+1"])
def test_quantities(quantity: str) -> None:
    assert check(f"{POD}    resources: {{limits: {{memory: {quantity}}}}}\n") == ()


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("512MB", "512M"), ("2 GB", "2G"), ("1gi", "1Gi"), ("10KB", "10k"), ("2 cores", "2"), ("lots", None)],
)
def test_wrong_quantities(quantity: str, expected: str | None) -> None:
    (found,) = check(f"{POD}    resources: {{limits: {{memory: {quantity}}}}}\n")
    assert (found.rule, found.expected[:1]) == ("wrong-choice", (expected,) if expected else ())


def test_no_value_counts_as_absent() -> None:
    assert check(f"{POD}    args:\n    env: [{{name: A, value: }}]\n") == ()


def test_what_the_server_writes_is_not_judged() -> None:
    assert check(f"{POD}status: {{anything: [goes]}}\n") == ()


@pytest.mark.parametrize("path", ["overlays/prod/web.yaml", "base/web-patch.yaml", "patches/web.yaml"])
def test_parts_of_manifests_may_lack_what_others_have(path: str) -> None:
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
    part = f"{head}spec:\n  template:\n    spec:\n      containers: []\n"
    assert {found.severity for found in check(part, path)} <= {Severity.WARNING}
    assert {found.severity for found in check(part, "web.yaml")} == {Severity.ERROR}
    changed = check(part.replace("containers: []", "$patch: replace\n      contaners: []"), path)
    assert "unknown-key" in {found.rule for found in changed}


def test_a_volume_of_a_claim_is_known_and_a_template_hides_names() -> None:
    mount = f"{POD}    volumeMounts: [{{name: disk, mountPath: /d}}]\n"
    (found,) = check(f"{mount}  volumes: [{{name: disc, emptyDir: {{}}}}]\n")
    assert (found.rule, found.expected) == ("unknown-volume", ("disc",))
    assert check(f"{mount}  volumes: [{{name: '{{{{ volume }}}}', emptyDir: {{}}}}]\n") == ()


def test_a_wrong_name_is_repaired_by_a_legal_one() -> None:
    (found,) = check("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: Team_A\n")
    assert (found.rule, found.line, found.expected) == ("wrong-name", 4, ("team-a",))
    assert check("apiVersion: v1\nkind: Namespace\nmetadata: {generateName: Team_}\n") == ()


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Pod\nspec:\n  a: {{ x }}: y\n",
        "apiVersion: v1\nkind: Pod\n% if tls:\nmetadata: @x\n% endif\n",
        '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": []}}\n{"a": 1}\n',
    ],
)
def test_templates_and_joined_documents_are_skipped(text: str) -> None:
    with pytest.raises(CannotJudge):
        check(text)


def test_a_wrong_key_hides_what_is_related() -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {a: b}}\n"
    (found,) = check(f"{text}  template:\n    emtadata: {{labels: {{a: b}}}}\n    spec: {{containers: []}}\n")
    assert (found.found, found.expected[0]) == ("emtadata", "metadata")


def test_what_else_is_wrong_shows_beside_a_wrong_version() -> None:
    found = check(POD.replace("v1", "v2").replace("image:", "imagee:"))
    assert [entry.rule for entry in found] == ["unknown-api-version", "unknown-key"]
