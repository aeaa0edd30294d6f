"""The page at `/ui`: prompts looked at, tried and changed in a browser. Whatever it does, the API's handlers do."""
