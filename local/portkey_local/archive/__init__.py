"""Everything in a database as one file of JSON lines, and back."""
