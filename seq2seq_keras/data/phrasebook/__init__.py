"""A small grammar that writes English, French and Korean sentences."""
