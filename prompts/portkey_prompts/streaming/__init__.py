"""Streamed completions: bytes read as chunks, what a chunk brings, failures, and what all chunks add up to."""
