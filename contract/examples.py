"""The contract's examples: the requests of tests/contract/test_examples.py, and the answers of the handlers.

examples.json keeps them, so that making the contract needs no run of the handlers.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

EXAMPLES_FILE = Path(__file__).parent / "examples.json"

# The contract leaves out a longer answer, in characters of JSON: nobody reads a form's whole schema as an example.
LONGEST = 3_000


def text(record: Mapping[str, Any], hidden: Mapping[str, str]) -> str:
    """The examples as they are committed, with other words for those in `hidden`."""
    shown = {name: each if _short(each["answer"]) else {**each, "answer": None} for name, each in record.items()}
    told = json.dumps(shown, ensure_ascii=False, indent=1) + "\n"
    for word, instead in hidden.items():
        told = told.replace(word, instead)
    return told


def add_examples(operations: Mapping[str, Any]) -> None:
    """Put its example into each operation: parameters, body, answer."""
    if not EXAMPLES_FILE.exists():
        return
    for name, each in json.loads(EXAMPLES_FILE.read_text(encoding="utf-8")).items():
        operation = operations.get(name, {})
        given = each.get("path", {}) | each.get("query", {}) | each.get("headers", {})
        for parameter in operation.get("parameters", []):
            if (value := given.get(parameter["name"])) is not None:
                number = "integer" in json.dumps(parameter["schema"])
                parameter["example"] = int(value) if number else value
        for content in operation.get("requestBody", {}).get("content", {}).values():
            content["example"] = each["body"]
        if each["answer"]:
            for content in operation["responses"][str(each["status"])]["content"].values():
                content["example"] = each["answer"]


def _short(answer: Any) -> bool:
    return len(json.dumps(answer, ensure_ascii=False)) <= LONGEST
