"""A small contract that has one of everything, to be changed at will."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

_ITEM: Json = {
    "type": "object",
    "description": "A thing.",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string", "maxLength": 50, "description": "Its name.", "examples": ["Thing"]},
        "size": {"type": ["integer", "null"], "minimum": 0},
        "made_at": {"type": ["string", "null"], "format": "date-time"},
        "parent": {"anyOf": [{"$ref": "#/components/schemas/Item"}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "description": {"type": "string"},
    },
}

_NEW_ITEM: Json = {
    "allOf": [
        {"$ref": "#/components/schemas/Named"},
        {
            "type": "object",
            "required": ["kind"],
            "properties": {
                "kind": {"type": "string", "enum": ["big", "small"]},
                "code": {"type": "string", "pattern": "^[a-z]+$"},
                "weight": {"type": "number", "minimum": 0, "maximum": 100, "default": 1},
                "shape": {"oneOf": [{"$ref": "#/components/schemas/Round"}, {"$ref": "#/components/schemas/Square"}]},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "parts": {"type": "array", "maxItems": 9, "items": {"$ref": "#/components/schemas/Item"}},
            },
        },
    ]
}

_PATHS: Json = {
    "/items": {
        "parameters": [{"name": "X-Trace", "in": "header", "schema": {"type": "string"}}],
        "get": {
            "operationId": "listItems",
            "tags": ["items"],
            "summary": "List items",
            "description": "Answers all items.",
            "parameters": [
                {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
                {"name": "kind", "in": "query", "required": True, "schema": {"type": "string"}},
            ],
            "responses": {
                "200": {
                    "description": "The items.",
                    "headers": {"x-total": {"required": True, "schema": {"type": "integer"}}},
                    "content": {
                        "application/json": {
                            "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
                        },
                        "text/csv": {"schema": {"type": "string"}},
                    },
                },
                "default": {"$ref": "#/components/responses/Failure"},
            },
        },
        "post": {
            "operationId": "createItem",
            "tags": ["items"],
            "requestBody": {
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/NewItem"}},
                    "text/plain": {"schema": {"type": "string"}},
                },
            },
            "responses": {
                "200": {
                    "description": "The item.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}},
                },
                "404": {"$ref": "#/components/responses/Failure"},
            },
        },
    },
    "/items/{item_id}": {
        "parameters": [{"name": "item_id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "delete": {
            "operationId": "deleteItem",
            "tags": ["items"],
            "responses": {"204": {"description": "It is gone."}},
        },
    },
}

BASE: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1.0.0", "description": "All about things."},
    "servers": [{"url": "https://api.example.com/v1"}],
    "security": [{"key": []}],
    "tags": [{"name": "items", "description": "Things."}],
    "paths": _PATHS,
    "components": {
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "x-key", "description": "A key."},
            "token": {"type": "http", "scheme": "bearer"},
        },
        "responses": {
            "Failure": {
                "description": "It failed.",
                "content": {
                    "application/json": {
                        "schema": {
                            "anyOf": [{"$ref": "#/components/schemas/Fault"}, {"$ref": "#/components/schemas/Refusal"}]
                        },
                    },
                },
            },
        },
        "schemas": {
            "Item": _ITEM,
            "NewItem": _NEW_ITEM,
            "Named": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "Round": {"type": "object", "required": ["radius"], "properties": {"radius": {"type": "number"}}},
            "Square": {"type": "object", "required": ["side"], "properties": {"side": {"type": "number"}}},
            "Fault": {"type": "object", "properties": {"fault": {"type": "string"}}},
            "Refusal": {"type": "object", "properties": {"refusal": {"type": "string"}}},
            "Unused": {"type": "object"},
        },
    },
}


def base() -> Json:
    """A copy, to be changed."""
    return copy.deepcopy(BASE)


def operation(document: Json, method: str = "get", path: str = "/items") -> Json:
    found: Json = document["paths"][path][method]
    return found


def schema(document: Json, name: str) -> Json:
    found: Json = document["components"]["schemas"][name]
    return found


def item(document: Json, name: str) -> Json:
    """A field of what is answered, and sent as a part of a new item too."""
    found: Json = schema(document, "Item")["properties"][name]
    return found


def sent(document: Json, name: str) -> Json:
    """A field of what is sent, and never answered."""
    found: Json = schema(document, "NewItem")["allOf"][1]["properties"][name]
    return found


def changed(document: dict[str, Any], edit: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """A copy of a contract, with one change."""
    copied = copy.deepcopy(document)
    edit(copied)
    return copied
