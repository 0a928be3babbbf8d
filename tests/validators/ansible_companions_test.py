from __future__ import annotations

import subprocess
import sys

import pytest

from slmfix_bot.validators.ansible_companions import MAX_FILES, ansible_companions, role_of

TREE = (
    "README.md",
    "site.yml",
    "requirements.yml",
    "library/deploy.py",
    "library/__init__.py",
    "filter_plugins/net.py",
    "group_vars/all.yml",
    "group_vars/web/secret",
    "group_vars/web/logo.png",
    "host_vars/one.yml",
    "roles/web/tasks/main.yml",
    "roles/web/tasks/more.yml",
    "roles/web/defaults/main.yml",
    "roles/web/vars/Debian.yml",
    "roles/web/handlers/main.yml",
    "roles/web/meta/main.yml",
    "roles/web/templates/a.j2",
    "roles/web/library/web_module.py",
    "roles/db/defaults/main.yml",
    "roles/db/tasks/main.yml",
    "collections/ansible_collections/acme/cloud/plugins/modules/thing.py",
    "collections/ansible_collections/acme/cloud/tests/unit/plugins/modules/test_thing.py",
    "src/library.py",
)


def test_ansible_companions_of_a_role_starts_with_the_role() -> None:
    found = ansible_companions("roles/web/tasks/main.yml", TREE)
    assert found[:5] == (
        "roles/web/defaults/main.yml",
        "roles/web/vars/Debian.yml",
        "roles/web/handlers/main.yml",
        "roles/web/tasks/more.yml",
        "roles/web/meta/main.yml",
    )
    assert found[5] == "roles/web/library/web_module.py"
    assert "library/deploy.py" in found
    assert "roles/db/defaults/main.yml" in found
    assert "roles/web/tasks/main.yml" not in found
    assert not {"README.md", "roles/web/templates/a.j2", "roles/db/tasks/main.yml", "src/library.py"} & set(found)


def test_ansible_companions_of_a_playbook() -> None:
    found = ansible_companions("site.yml", TREE)
    assert set(found) == {
        "library/deploy.py",
        "filter_plugins/net.py",
        "roles/web/library/web_module.py",
        "collections/ansible_collections/acme/cloud/plugins/modules/thing.py",
        "group_vars/all.yml",
        "group_vars/web/secret",
        "host_vars/one.yml",
        "requirements.yml",
        "roles/web/defaults/main.yml",
        "roles/web/vars/Debian.yml",
        "roles/db/defaults/main.yml",
    }


def test_ansible_companions_bounded_and_nearest_first() -> None:
    tree = [f"roles/r{number}/library/m{number}.py" for number in range(500)] + ["roles/r7/defaults/main.yml"]
    found = ansible_companions("roles/r7/tasks/main.yml", tree)
    assert len(found) == MAX_FILES
    assert found[:2] == ("roles/r7/defaults/main.yml", "roles/r7/library/m7.py")


def test_ansible_companions_empty_tree_noop() -> None:
    assert ansible_companions("site.yml", ()) == ()


@pytest.mark.parametrize(
    ("path", "role"),
    [("a/roles/b/tasks/sub/x.yml", "a/roles/b/"), ("defaults/main.yml", ""), ("play.yml", None), ("a/b.yml", None)],
)
def test_role_of(path: str, role: str | None) -> None:
    assert role_of(path) == role


def test_module_is_light() -> None:
    code = (
        "import sys; import slmfix_bot.validators.ansible_companions; "
        "sys.exit(int(bool({'yaml', 'jinja2'} & set(sys.modules))))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
