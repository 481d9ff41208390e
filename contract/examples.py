"""The contract's examples: what tests/contract/test_examples.py asked of the handlers, and what these answered.

They are kept in examples.json, so that the contract can be made without running anything.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

EXAMPLES_FILE = Path(__file__).parent / "examples.json"

# An answer longer than this, in characters of JSON, is no example: nobody reads a form's whole schema as one.
LONGEST = 3_000


def text(record: Mapping[str, Any], hidden: Mapping[str, str]) -> str:
    """The examples as they are committed; what is `hidden` is told otherwise."""
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
