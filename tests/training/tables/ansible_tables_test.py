from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

from slmfix_training.tables.ansible_tables import build

if TYPE_CHECKING:
    from pathlib import Path

MODULE = '''
DOCUMENTATION = r"""
module: thing
options:
  name: {required: true, type: str, aliases: [title]}
  state: {choices: [present, absent], default: present}
  nested: {type: dict, suboptions: {inner: {required: true}}}
  free: {type: dict, suboptions: {anything: {}}}
  token: {required: true, description: Or the environment variable TOKEN.}
extends_documentation_fragment: acme.tools.common
"""
def main():
    spec = dict(
        name=dict(required=True, aliases=["title"]),
        state=dict(choices=["present", "absent"], default="present"),
        nested=dict(type="dict", options=dict(inner=dict(required=True)), required_one_of=[["inner", "other"]]),
        free=dict(type="dict"),
        token=dict(required=True),
    )
    AnsibleModule(
        argument_spec=dict(hidden=dict()),
        mutually_exclusive=[("name", "state")],
        required_one_of=[["state", "free"], ["free", "nested"]],
        required_together=[["name", "free"], ["name", "state"]],
    )
'''
FRAGMENT = """
class ModuleDocFragment:
    DOCUMENTATION = "options:\\n" + "  wait: {type: bool}\\n"
"""
COMPUTED = "class FilterModule:\n  def filters(self):\n    return make()\n"
CORE = {
    "ansible/constants.py": "MODULE_REQUIRE_ARGS_SIMPLE = ['command']",
    "ansible/parsing/mod_args.py": "_BUILTIN_RAW_PARAM_MODULES_SIMPLE = set(['meta'])",
    "ansible/playbook/task_include.py": "class TaskInclude:\n    VALID_INCLUDE_KEYWORDS = {'when', 'loop_with'}",
    "ansible/playbook/task.py": (
        "class Base:\n    name = FieldAttribute(isa='string')\n    become = FieldAttribute(isa='bool')\n"
        "    hidden = FieldAttribute(private=True)\n"
        "class Task(Base):\n    async_val = NonInheritableFieldAttribute(alias='async')"
    ),
    "ansible/plugins/lookup/items.py": "",
    "ansible/config/ansible_builtin_runtime.yml": (
        "plugin_routing:\n  modules:\n    thing: {redirect: acme.tools.thing}\n    include: {tombstone: {}}\n"
        "  action:\n    old: {redirect: acme.tools.thing}\n"
        "  filter:\n    shout: {redirect: acme.tools.shout}\n    gone: {tombstone: {}}\n"
    ),
    "ansible/vars/manager.py": "def magic():\n    variables['playbook_dir'] = 1\n",
    "ansible/module_utils/facts/system.py": "class C:\n    _fact_ids = set(['os_family'])\n",
    "ansible/plugins/connection/ssh.py": "DOCUMENTATION = 'vars: [{name: ansible_ssh_port}]'",
    "ansible/plugins/become/sudo.py": "",
    "ansible/plugins/filter/core.py": "class FilterModule:\n    def filters(self):\n        return {'b64encode': f}\n",
    "ansible/galaxy/data/collections_galaxy_meta.yml": "[{key: name, required: yes}, {key: tags, type: list}]",
}
TOOLS = {
    "ansible_collections/acme/tools/plugins/modules/thing.py": MODULE,
    "ansible_collections/acme/tools/plugins/doc_fragments/common.py": FRAGMENT,
    "ansible_collections/acme/tools/plugins/modules/undocumented.py": "raise SystemExit('never imported')",
    "ansible_collections/acme/tools/plugins/filter/shout.py": COMPUTED,
    "ansible_collections/acme/tools/plugins/filter/documented.yml": "",
    "ansible_collections/acme/tools/plugins/modules/broken.py": 'DOCUMENTATION = "options: ["',
}


def wheel(path: Path, contents: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return path


def tables(folder: Path) -> dict[str, dict[str, object]]:
    wheels = [wheel(folder / "ansible_core-1.0-py3.whl", CORE), wheel(folder / "ansible-2.0-py3.whl", TOOLS)]
    build(wheels, folder / "out.zip")
    with zipfile.ZipFile(folder / "out.zip") as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def test_build_index(tmp_path: Path) -> None:
    index = tables(tmp_path)["index.json"]
    assert index["versions"] == {"ansible_core": "1.0", "ansible": "2.0"}
    assert index["collections"] == {"acme.tools": ["broken", "thing", "undocumented"]}
    assert index["redirects"] == {
        "ansible.builtin": {"thing": "acme.tools.thing", "include": None, "old": "acme.tools.thing"}
    }
    assert index["lookups"] == ["items"]
    keywords = index["keywords"]
    assert isinstance(keywords, dict)
    assert keywords["task"] == ["async", "become", "name"]
    assert keywords["task_include"] == ["when"]
    assert keywords["raw_params"] == ["command", "meta"]


def test_build_index_plugins_variables_and_types(tmp_path: Path) -> None:
    index = tables(tmp_path)["index.json"]
    assert index["filters"] == {
        "acme.tools": {"names": ["documented", "shout"], "routes": {}},
        "ansible.builtin": {"names": ["b64encode"], "routes": {"shout": "acme.tools.shout", "gone": None}},
    }
    assert index["tests"] == {}
    assert index["types"]["task"] == {"become": "bool"}  # type: ignore[index]
    assert {"ansible_os_family", "ansible_ssh_port", "playbook_dir", "item"} <= set(index["variables"])  # type: ignore[call-overload]
    assert index["galaxy"] == {"name": ["str", 1], "tags": ["list", 0]}
    assert index["become"] == ["sudo"]


def test_build_options_keep_what_the_code_confirms(tmp_path: Path) -> None:
    table = tables(tmp_path)["acme.tools.json"]
    modules, records = table["modules"], table["records"]
    assert isinstance(modules, dict)
    assert isinstance(records, list)
    options = {name: records[number] for name, number in modules["thing"]["o"].items()}
    assert options["name"] == ["str", 1, 0, ["title"]]
    assert options["state"] == ["str", 0, ["present", "absent"]]
    assert options["wait"] == ["bool"]
    assert options["token"] == ["str"]  # the environment may supply it
    assert options["free"] == ["dict"]  # documented suboptions that the code does not enforce
    assert records[options["nested"][4]["inner"]] == ["str", 1]
    assert options["nested"][6] == {"required_one_of": [["inner", "other"]]}
    assert modules["thing"]["x"] == ["hidden"]
    assert modules["thing"]["c"] == {
        "mutually_exclusive": [["name", "state"]],
        "required_one_of": [["free", "nested"]],  # the other group is met by a default
        "required_together": [["name", "free"]],
    }


def test_build_module_without_usable_documentation_is_known_but_open(tmp_path: Path) -> None:
    modules = tables(tmp_path)["acme.tools.json"]["modules"]
    assert isinstance(modules, dict)
    assert modules["undocumented"] is None
    assert modules["broken"] is None


def test_build_is_reproducible(tmp_path: Path) -> None:
    tables(tmp_path)
    first = (tmp_path / "out.zip").read_bytes()
    tables(tmp_path)
    assert (tmp_path / "out.zip").read_bytes() == first
