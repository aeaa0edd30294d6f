"""Streamed completions: bytes read as chunks, what a chunk brings, failures, and all chunks merged."""
