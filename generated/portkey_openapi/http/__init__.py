# Compiled from openapi.yaml by `make generate`. Do not edit.
"""All code that uses httpx: pools, requests, time-outs, and what its exceptions mean.

A move to another HTTP library is a change of this folder.
"""

from __future__ import annotations

import httpx

Request = httpx.Request
Response = httpx.Response
Timeout = httpx.Timeout
HTTPClient = httpx.Client
AsyncHTTPClient = httpx.AsyncClient
RequestError = httpx.RequestError
TimeoutException = httpx.TimeoutException
DecodingError = httpx.DecodingError
