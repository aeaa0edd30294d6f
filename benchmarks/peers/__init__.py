"""The server beside the prompt servers of MLflow and Phoenix, each asked by its own REST API, in one run."""
