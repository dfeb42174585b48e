"""From facts to one verdict."""
