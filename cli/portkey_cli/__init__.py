"""The command line over the contract, the client and the local server: `portkey-prompts`."""
