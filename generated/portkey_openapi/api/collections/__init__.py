# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Operations under the tag `collections`: `request` builds a call, `parse` reads its answer."""
