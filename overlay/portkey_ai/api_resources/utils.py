"""The official SDK's import path of a result without a type of its own."""

from portkey_ai.types import GenericResponse as GenericResponse
