"""Searching for the best target; a search knows nothing but a step function."""
