"""How much one process of the server answers, beside the same framework answering a constant."""
