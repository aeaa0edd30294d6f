# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Which contract this package was compiled from, and the contract itself."""

from __future__ import annotations

API_VERSION = "1.1.0"
BASE_URL = "https://api.portkey.ai/v1"
API_KEY_HEADER = "x-portkey-api-key"
API_VERSION_HEADER = "x-portkey-api-version"
TRACE_ID_HEADER = "x-portkey-trace-id"
CONTRACT_SHA256 = "58445296258a92073515af261ef45655660f1247d0fbf21be6fe4727cbcae0f1"
GENERATOR_VERSION = "0.29.1"


def read() -> str:
    """Return the text of the contract that ships with this package, an OpenAPI document in YAML."""
    from importlib.resources import files

    return files(__package__ or "portkey_openapi").joinpath("openapi.yaml").read_text(encoding="utf-8")
