# Derived from overlay/portkey_ai/_async/__init__.py by `make generate`. Do not edit.
