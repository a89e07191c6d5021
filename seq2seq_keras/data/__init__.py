"""Sentence pairs: read, checked, split, described and batched."""
