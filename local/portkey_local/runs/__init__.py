"""Running prompts: each run, its answer or stream, and what is recorded of it."""
