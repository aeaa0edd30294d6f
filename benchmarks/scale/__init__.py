"""How the server fares with very many prompts."""
