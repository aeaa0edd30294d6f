"""The store: prompts, partials, labels and collections in a database.

`Store` opens it; the modules hold the queries and changes, plain functions of an open transaction:
`store.read(prompts.find, "pp-greeting-5cd6b6")`, `await store.write(prompts.publish, "pp-greeting-5cd6b6", 2)`.
"""

from .address import Address
from .engine import Store
from .problems import DatabaseError, NoDatabaseError

__all__ = ["Address", "DatabaseError", "NoDatabaseError", "Store"]
