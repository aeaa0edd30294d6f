# Compiled from openapi.yaml by `make generate`. Do not edit.
"""One module for each operation of the contract, in a package for each tag."""
