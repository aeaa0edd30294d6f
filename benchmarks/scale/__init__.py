"""Times and memory of the server with very many prompts."""
