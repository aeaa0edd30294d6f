"""Tests of prompts: `NAME.test.yaml` read, what a prompt renders to or a model answers checked, and what came of it."""
