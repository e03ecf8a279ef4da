r"""Writes requirements.lock from requirements.in: exact versions with the hash of the one wheel this platform takes.

    python3 -m pip install --quiet --dry-run --ignore-installed --python-version 3.11.2 --target none \
        --only-binary=:all: --report - -r requirements.in | python3 lock.py

3.11.2 is Debian 12's Python, which the image has. Run it with a Python 3.11 on x86-64.
"""

import json
import sys
from pathlib import Path

# Optional validators of jsonschema that build a grammar when imported: 1.1 s of each start of Jupyter.
LEFT_OUT = {"rfc3987-syntax", "lark"}

HEADER = "# Made from requirements.in by lock.py; rfc3987-syntax and lark are left out (they double the start of Jupyter).\n"


def entries(report):
    for item in report["install"]:
        name = item["metadata"]["name"].lower().replace("_", "-").replace(".", "-")
        if name not in LEFT_OUT:
            digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
            yield f"{name}=={item['metadata']['version']} \\\n    --hash=sha256:{digest}\n"


if __name__ == "__main__":
    lines = sorted(entries(json.load(sys.stdin)))
    Path(__file__).with_name("requirements.lock").write_text(HEADER + "".join(lines))
