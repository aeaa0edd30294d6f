"""The official SDK's import path of the types."""
