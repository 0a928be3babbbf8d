from __future__ import annotations

import base64
import io
import json
import tarfile
import zipfile
from typing import TYPE_CHECKING

from slmfix_training.tables.terraform_source import written_as
from slmfix_training.tables.terraform_tables import build

if TYPE_CHECKING:
    from pathlib import Path

RESOURCE = """
// https://registry.terraform.io/providers/acme/acme/1.2.3/docs
export class ThingRuleOutputReference extends cdktf.ComplexObject {
  // port - computed: false, optional: false, required: true
  private _port?: number;
  public get port() {
    return this.getNumberAttribute('port');
  }
}

export class Thing extends cdktf.TerraformResource {
  public static readonly tfResourceType = "acme_thing";
      terraformGeneratorMetadata: {
        providerName: 'acme',
        providerVersion: '1.2.3',
      },

  // arn - computed: true, optional: false, required: false
  public get arn() {
    return this.getStringAttribute('arn');
  }

  // free - computed: false, optional: true, required: false
  private _free?: any;
  public get free() {
    return this.getAnyMapAttribute('free');
  }

  // name - computed: false, optional: false, required: true
  private _name?: string;
  public get name() {
    return this.getStringAttribute('name');
  }

  // tags - computed: true, optional: true, required: false
  private _tags?: { [key: string]: string };
  public get tags() {
    return this.getStringMapAttribute('tags');
  }

  // rule - computed: false, optional: false, required: true
  private _rule = new ThingRuleList(this, "rule", true);
  public get rule() {
    return this._rule;
  }
}
"""


def wheel(folder: Path) -> Path:
    """A wheel as cdktf publishes them: a tarball of scripts, whose source maps hold the source."""
    source = base64.b64encode(json.dumps({"sourcesContent": [RESOURCE]}).encode()).decode()
    script = f'"use strict";\n//# sourceMappingURL=data:application/json;base64,{source}\n'.encode()
    tarball = io.BytesIO()
    with tarfile.open(fileobj=tarball, mode="w:gz") as archive:
        info = tarfile.TarInfo("package/lib/thing/index.js")
        info.size = len(script)
        archive.addfile(info, io.BytesIO(script))
    path = folder / "cdktf_cdktf_provider_acme-9.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cdktf_cdktf_provider_acme/_jsii/provider-acme@9.0.0.jsii.tgz", tarball.getvalue())
    return path


def test_a_table_holds_the_facts_of_a_wheel(tmp_path: Path) -> None:
    build([wheel(tmp_path)], tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        index = json.loads(archive.read("index.json"))
        member = json.loads(archive.read("acme-1.json"))
    assert index == {
        "acme-1": {
            "prefix": "acme", "version": "1.2.3", "address": "acme/acme", "small": True, "resource": "acme_thing",
            "data": "",
        }
    }  # fmt: skip
    body = member["bodies"][member["resource"]["acme_thing"]]
    assert body["a"] == {"mp": "tags", "sc": "arn", "sr": "name", "xo": "free"}
    code, inner = body["b"]["rule"]
    assert code == "trb"
    assert member["bodies"][inner] == {"a": {"nr": "port"}}


def test_equal_wheels_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        build([wheel(tmp_path)], tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_where_the_order_falls_back_blocks_begin() -> None:
    assert written_as(["b", "c", "a"], ["", "l", "1"]) == ["a", "e", "b"]
    assert written_as(["b", "c"], ["", ""]) == ["a", "a"]
