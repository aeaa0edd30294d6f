"""Rendering in the client: where prompts are found when nobody wants to wait for the service, or it is down.

They are looked for in memory, on disk, at the service, in the lock file, and in the fallback given in code, in this
order. PromptFinder decides, without I/O beyond files; `portkey_ai` carries out what takes time.
"""
