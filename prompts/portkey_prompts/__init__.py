"""What a prompt is: its template, how it is rendered, locked, compared, and kept at hand. No I/O beyond files."""
