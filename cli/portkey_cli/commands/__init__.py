"""The commands; a command's module is imported when it is called."""

from __future__ import annotations

COMMANDS = {
    "list": "list",
    "show": "show",
    "versions": "versions",
    "render": "render",
    "run": "run",
    "runs": "runs",
    "create": "create",
    "update": "update",
    "publish": "publish",
    "label": "label",
    "delete": "delete",
    "partials": "resources",
    "collections": "resources",
    "labels": "resources",
    "diff": "diff",
    "pull": "pull",
    "push": "push",
    "status": "status",
    "test": "test",
    "lock": "lock",
    "bindings": "bindings",
    "serve": "serve",
    "backup": "backup",
    "export": "export",
    "import": "import_",
    "contract": "contract",
    "keys": "keys",
    "settings": "settings",
    "mcp": "mcp",
    "completion": "completion",
}
"""Name of a command to its module in this folder, in the order of the help."""
