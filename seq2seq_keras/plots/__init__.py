"""Pictures; matplotlib is imported when one is asked for."""

from seq2seq_keras.plots.attention_heat_map import plot_attention
from seq2seq_keras.plots.beam_tree import plot_beam
from seq2seq_keras.plots.fonts import fonts_for
from seq2seq_keras.plots.learning_curves import plot_learning_curves
from seq2seq_keras.plots.score_by_length import plot_score_by_length
from seq2seq_keras.plots.similarity_heat_map import plot_similarities
from seq2seq_keras.plots.vector_scatter import plot_vectors

__all__ = [
    "fonts_for",
    "plot_attention",
    "plot_beam",
    "plot_learning_curves",
    "plot_score_by_length",
    "plot_similarities",
    "plot_vectors",
]
