"""What one process of the server carries, beside the same framework answering a constant."""
