"""Access: the host names, the web pages and the API keys with which requests are accepted."""
