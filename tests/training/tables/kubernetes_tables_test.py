from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

from slmfix_bot.validators.schema_table import read_member
from slmfix_training.tables.kubernetes_facts import CHOICES, ITEM_CHOICES, REMOVED_BEFORE
from slmfix_training.tables.kubernetes_tables import _PREFIX, main

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "kubernetes_validate/kubernetes-json-schema"


def kind(group: str, version: str, name: str, **properties: Any) -> dict[str, Any]:
    return {
        "description": "prose",
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
        "x-kubernetes-group-version-kind": [{"group": group, "version": version, "kind": name}],
    }


def make_wheel(path: Path) -> Path:
    toleration = {
        "properties": {"effect": {"type": ["string", "null"]}, "seconds": {"type": ["integer", "null"]}},
        "type": ["object", "null"],
        "additionalProperties": False,
    }
    part = {"$ref": "#/$defs/io.k8s.api.core.v1.Toleration", "description": "prose"}
    new = {
        "io.k8s.api.core.v1.Toleration": toleration,
        "io.k8s.apimachinery.pkg.api.resource.Quantity": {"oneOf": [{"type": "string"}, {"type": "number"}]},
        "io.k8s.api.core.v1.Pod": kind("", "v1", "Pod", spec=part, status=part),
        "io.k8s.api.core.v1.PodList": kind("", "v1", "PodList", items={"type": "array"}),
        "io.k8s.api.apps.v1.Deployment": kind("apps", "v1", "Deployment"),
        "io.k8s.api.authorization.v1.AccessReview": kind("authorization.k8s.io", "v1", "AccessReview"),
    }
    old = {**new, "io.k8s.api.apps.v1beta9.Deployment": kind("apps", "v1beta9", "Deployment")}
    with zipfile.ZipFile(path, "w") as wheel:
        for version, definitions in (("v1.9.0", old), ("v1.10.0", new)):
            for suffix in ("local", "local-strict"):
                wheel.writestr(f"{FOLDER}/{version}-{suffix}/_definitions.json", json.dumps({"$defs": definitions}))
        wheel.writestr("kubernetes_validate-1.10.0.dist-info/licenses/LICENSE", "terms")
    return path


def test_table_holds_the_newest_version_and_what_it_lacks(tmp_path: Path) -> None:
    wheel, output, again = make_wheel(tmp_path / "k.whl"), tmp_path / "k.zip", tmp_path / "again.zip"
    main([str(wheel), "-o", str(output)])
    main([str(wheel), "-o", str(again)])
    assert output.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(output) as archive:
        assert archive.namelist() == ["apps.json", "core.json", "index.json", "licence"]
        core = json.loads(archive.read("core.json"))["$defs"]
        index = json.loads(archive.read("index.json"))
    assert index["version"] == "1.10"
    assert index["kinds"]["Deployment"] == {"apps/v1": "io.k8s.api.apps.v1.Deployment"}
    assert index["removed"]["Deployment"]["apps/v1beta9"] == "1.10"
    assert index["removed"]["Deployment"]["extensions/v1beta1"] == "1.16"
    assert "AccessReview" in index["others"]
    assert core["io.k8s.api.core.v1.Toleration"]["properties"] == {
        "effect": {"type": "string", "enum": CHOICES["core.v1.Toleration"]["effect"]},
        "seconds": {"type": "integer"},
    }
    assert core["io.k8s.api.core.v1.Pod"]["properties"]["status"] == {}


def test_facts_are_of_types_that_the_shipped_table_has() -> None:
    index = read_member("kubernetes", "index")
    groups = {api.rpartition("/")[0] or "core" for versions in index["kinds"].values() for api in versions}
    known = {_PREFIX.sub("", name) for group in groups for name in read_member("kubernetes", group)["$defs"]}
    assert {*CHOICES, *ITEM_CHOICES} <= known
    for api, kinds in REMOVED_BEFORE.items():
        assert not [name for name in kinds if api in index["kinds"].get(name, {})]
