"""Keras layers the models are made of."""
