# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Operations under the tag `prompts`: `request` builds a call, `parse` reads its answer."""
