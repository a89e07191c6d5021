"""The encoder-decoder, its inference models and the check that they agree."""
