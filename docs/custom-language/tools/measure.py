"""How many broken programs the bot repairs: `python3 tools/measure.py CASES.jsonl --model none [--count 200]`.

CASES has one JSON object a line with the broken program in `broken` or `code`, and in `clean` the original if it is
known: the `*.held.jsonl` of `slmfix-train samples`, or `mistakes.jsonl`. The bot refuses repairs that do harm (invented
names, lost words), so what it calls repaired is a harmless pass.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", type=Path)
    parser.add_argument("--config", default=".slmfix.yml")
    parser.add_argument("--language", default="relay")
    parser.add_argument("--model", default="none", help="none, slmfix-mini, or the folder of a package")
    parser.add_argument("--aggressiveness", default="medium")
    parser.add_argument("--count", type=int, default=200)
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.cases.read_text(encoding="utf-8").splitlines() if line]
    rows = rows[:: max(1, len(rows) // given.count)][: given.count]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.jsonl"), Path(folder, "out.jsonl")
        asked = [
            {"id": number, "language": given.language, "code": row.get("broken") or row["code"]}
            for number, row in enumerate(rows)
        ]
        source.write_text("".join(json.dumps(row) + "\n" for row in asked), encoding="utf-8")
        command = ["slmfix-bot", "repair", "--batch", source, "--output", target]
        settings = ["--config", given.config, "--model", given.model, "--aggressiveness", given.aggressiveness]
        subprocess.run([*command, *settings], check=True)
        results = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    failing = [(row, result) for row, result in zip(rows, results, strict=True) if result["status"] != "valid"]
    repaired = [(row, result) for row, result in failing if result["status"] == "repaired"]
    same = sum(row.get("clean") == result["code"] for row, result in repaired)
    times = sorted(result["latency_ms"] for _, result in failing)
    print(f"failing programs   {len(failing)}")
    print(f"harmless pass      {len(repaired)} ({len(repaired) / len(failing):.1%})")
    print(f"equal the original {same} ({same / len(failing):.1%})")
    print(f"median ms          {times[len(times) // 2]:.0f}")


if __name__ == "__main__":
    main()
