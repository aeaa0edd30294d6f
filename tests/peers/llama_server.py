"""llama.cpp's own HTTP server, as a program: prints its URL, and ends with its standard input."""

from __future__ import annotations

import sys

import xllamacpp


def main(model: str) -> None:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.model_alias = {"smol"}
    parameters.n_parallel, parameters.n_ctx = 2, 1024
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    parameters.cache_prompt = False  # what is answered must not depend on what was asked before
    parameters.ui = False
    parameters.verbosity = 0
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


main(sys.argv[1])
