"""Prompts as the server works with them: what a version holds, what a reference means, and rendering within limits."""
