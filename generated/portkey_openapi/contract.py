# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Which contract this package was compiled from, and the contract itself."""

from __future__ import annotations

API_VERSION = "1.1.0"
BASE_URL = "https://api.portkey.ai/v1"
API_KEY_HEADER = "x-portkey-api-key"
CONTRACT_SHA256 = "83d18ec594e026453066feb399bf0c0763c59b57b55b5f1983d5153f55e957e4"
GENERATOR_VERSION = "0.29.1"


def read() -> str:
    """Return the text of the contract that ships with this package, an OpenAPI document in YAML."""
    from importlib.resources import files

    return files(__package__ or "portkey_openapi").joinpath("openapi.yaml").read_text(encoding="utf-8")
