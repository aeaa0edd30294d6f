"""Rendering in the client: finds prompts without a call for each render, and while the service is down.

They are looked for in memory, on disk, at the service, in the lock file, and in the fallback given in code, in this
order. PromptFinder decides, without I/O beyond files; `portkey_ai` carries out what takes time.
"""
