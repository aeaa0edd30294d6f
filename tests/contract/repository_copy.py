"""A copy of the repository, to change its contract and to generate anew, and what a maintainer adds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., Any]
PACKAGES = ("generated", "prompts", "overlay", "local", "cli")


def read_contract(root: Path) -> dict[str, Any]:
    """Read a tree's contract."""
    document: dict[str, Any] = yaml.load((root / "openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return document


def write_contract(root: Path, document: dict[str, Any]) -> None:
    """Write a tree's contract, as JSON, which is YAML."""
    (root / "openapi.yaml").write_text(json.dumps(document, default=str), encoding="utf-8")


def copy_of_the_repository(target: Path) -> Path:
    """Copy what `make generate` and the packages need."""
    for name in (*PACKAGES, "generator-templates", "tools"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("openapi.yaml", "generator-config.yaml", "pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, target / name)
    return target


def generate(root: Path) -> str:
    """Run the commands of `make generate`; return what they said."""
    recipe = (root / "Makefile").read_text(encoding="utf-8").split("\ngenerate:")[1].split("\n\n")[0]
    commands = re.findall(r"\$\(BIN\)/python (\S+)", recipe)
    assert commands == ["tools/compile_client.py", "tools/derive_sync.py"]
    said = ""
    for command in commands:
        done = subprocess.run([sys.executable, command], cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        said += done.stdout
    return said


# What a maintainer adds: an operation, a tag with a list of pages, and fields of everything that is kept

OWNER = {"type": ["string", "null"], "description": "Who looks after it.", "examples": ["team-a"]}
ROUTE = {
    "description": "Where it goes.",
    "anyOf": [{"$ref": "#/components/schemas/FreeForm"}, {"type": "null"}],
    "examples": [{"to": 1}],
}
KEPT = {"type": "string", "description": "Until when it is kept.", "examples": ["2027"]}
GROWN = {
    "Prompt": ("PromptCreate", "PromptUpdate", "PromptDetail"),
    "PromptPartial": ("PromptPartialCreate", "PromptPartialUpdate", "PromptPartial"),
    "Label": ("LabelCreate", "LabelUpdate", "Label"),
    "Collection": ("CollectionCreate", "CollectionUpdate", "Collection"),
}
"""What gains the fields: the body that makes it, the one that changes it, and the answer that has it."""


def ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def answering(schema: str) -> dict[str, Any]:
    success = {"description": "It.", "content": {"application/json": {"schema": ref("schemas", schema)}}}
    return {"200": success, "404": ref("responses", "NotFound"), "default": ref("responses", "Failure")}


def grow(document: dict[str, Any]) -> None:
    """Add what a maintainer adds: `POST /labels/{label_id}/archive`, and the tag guardrails with a paged list.

    Two further operations are of resources whose other methods are written by hand.
    """
    schemas = document["components"]["schemas"]
    schemas["LabelArchive"] = {
        "type": "object",
        "description": "Why a label is archived.",
        "additionalProperties": True,
        "required": ["reason"],
        "properties": {"reason": {"type": "string", "description": "What became of the label, for people."}},
    }
    schemas["Guardrail"] = {
        "type": "object",
        "description": "A guardrail.",
        "additionalProperties": True,
        "required": ["id"],
        "properties": {"id": {"type": "string", "description": "Its UUID."}},
    }
    schemas["GuardrailList"] = {
        "type": "object",
        "description": "One page of guardrails.",
        "additionalProperties": True,
        "required": ["object", "total", "data"],
        "properties": {
            "object": {"type": "string", "description": "The word list."},
            "total": {"type": "integer", "description": "How many there are."},
            "data": {"type": "array", "description": "The guardrails.", "items": ref("schemas", "Guardrail")},
        },
    }
    document["tags"].append({"name": "guardrails", "description": "Checks of what models are asked and answer."})
    document["paths"]["/labels/{label_id}/archive"] = {
        "parameters": [ref("parameters", "LabelId")],
        "post": {
            "operationId": "archiveLabel",
            "tags": ["labels"],
            "summary": "Archive a label",
            "description": "Takes a label out of the lists.",
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": ref("schemas", "LabelArchive")}},
            },
            "responses": answering("Acknowledgement"),
        },
    }
    document["paths"]["/guardrails"] = {
        "get": {
            "operationId": "listGuardrails",
            "tags": ["guardrails"],
            "summary": "List guardrails",
            "description": "Answers one page of guardrails.",
            "parameters": [ref("parameters", "CurrentPage"), ref("parameters", "PageSize")],
            "responses": answering("GuardrailList"),
        }
    }
    completion = {"name": "completion_id", "in": "path", "required": True, "schema": {"type": "string"}}
    document["paths"]["/prompts/{prompt_id}/completions/{completion_id}"] = {
        "parameters": [ref("parameters", "PromptReference"), completion],
        "get": {
            "operationId": "retrievePromptCompletion",
            "tags": ["prompts"],
            "x-resource": "prompts.completions",
            "responses": answering("PromptCompletion"),
        },
    }
    document["paths"]["/generations"] = {
        "get": {"operationId": "listGenerations", "tags": ["generations"], "responses": answering("Acknowledgement")}
    }


def grow_fields(document: dict[str, Any]) -> None:
    """Give everything that is kept three more fields, one of which Python can't call by its name."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    for names in GROWN.values():
        for name in names:
            schema = schemas[name]
            (schema if "properties" in schema else schema["allOf"][-1])["properties"] |= {
                "owner": OWNER,
                "route": ROUTE,
                "kept-until": KEPT,
            }
