"""Rendering in the client: where prompts are found when nobody wants to wait for the service, or it is down.

A ladder of places is gone down until one knows the prompt: memory, the disk, the service, the lock file, a fallback
given in code. What is decided here needs no I/O; `portkey_ai._async.ladder` does what is decided.
"""
