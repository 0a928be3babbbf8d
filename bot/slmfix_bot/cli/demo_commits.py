"""The commits of `slmfix-bot demo`: a sound project, then a branch on which coding agents broke four languages the way
they really do: chat residue around the code, an invented column, an invented module option, a forgotten import."""

from __future__ import annotations

from slmfix_bot.adapters.new_repository import NewCommit

GRACE = "Grace Example <grace@example.org>"

CONFIGURATION = """\
languages:
  sql:
    dialect: sqlite
    schema: db/schema.sql
"""
SCHEMA = """\
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    full_name TEXT NOT NULL,
    country TEXT
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    ordered_at TEXT NOT NULL,
    total_cents INTEGER NOT NULL
);
"""
BACKUP = """\
#!/bin/bash
set -euo pipefail

target="/var/backups/$(date +%F)"
mkdir -p "$target"
"""
BROKEN_BACKUP = """\
#!/bin/bash
set -euo pipefail

target="/var/backups/$(date +%F)"
mkdir -p "$target"

for database in customers orders; do
    if ! sqlite3 "$database.db" ".backup '$target/$database.db'"; then
        echo "backup of $database failed >&2
        exit 1
    fi
done
"""
BROKEN_REPORT = """\
```sql
SELECT c.full_name, SUM(o.total_cents) / 100.0 AS total
FROM customers AS c
JOIN orders AS o ON o.customer_id = c.id
WHERE o.order_at >= date('now', '-1 month')
GROUP BY c.full_name
ORDER BY total DESC;
```
"""
PLAYBOOK = """\
- name: Web servers
  hosts: web
  become: true
  tasks:
    - name: Install the server
      ansible.builtin.apt:
        name: nginx
        state: present
"""
BROKEN_PLAYBOOK = (
    PLAYBOOK
    + """\

    - name: Copy the site
      ansible.builtin.copy:
        source: site/
        dest: /var/www/site/
        mode: "0644"

    - name: Start the server
      ansible.builtin.service:
        name: nginx
        state: started
        enable: true
"""
)
BROKEN_IMPORTER = """\
import csv
from pathlib import Path


def read_orders(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def main() -> None:
    orders = read_orders(Path(sys.argv[1]))
    print(json.dumps(orders, indent=2))


if __name__ == "__main__":
    main()
"""

COMMITS = (
    NewCommit(
        message="Start the shop",
        author=GRACE,
        files={
            ".slmfix.yml": CONFIGURATION,
            "db/schema.sql": SCHEMA,
            "scripts/backup.sh": BACKUP,
            "deploy/site.yml": PLAYBOOK,
        },
    ),
    NewCommit(
        branch="reports",
        message="Back up every database\n\nCo-Authored-By: Claude <noreply@anthropic.com>",
        author=GRACE,
        files={"scripts/backup.sh": BROKEN_BACKUP},
    ),
    NewCommit(
        message="Report the sales of a month",
        author="copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>",
        files={"reports/monthly.sql": BROKEN_REPORT},
    ),
    NewCommit(
        message="Deploy the site\n\nCo-authored-by: Cursor <cursoragent@cursor.com>",
        author=GRACE,
        files={"deploy/site.yml": BROKEN_PLAYBOOK},
    ),
    NewCommit(
        message="Print orders as JSON\n\nCo-authored-by: Codex <codex@openai.com>",
        author=GRACE,
        files={"tools/print_orders.py": BROKEN_IMPORTER},
    ),
)
