"""Who is let in: by which name, from which page, with which key."""
