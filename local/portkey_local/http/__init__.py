"""HTTP: connections, and what is read from and written to them."""
