"""Word vectors: made, loaded, compared and put to use."""

from seq2seq_keras.vectors.coverage import Coverage
from seq2seq_keras.vectors.embedding_matrix import EmbeddingMatrix
from seq2seq_keras.vectors.evaluate_analogies import (
    AnalogyEvaluation,
    evaluate_analogies,
)
from seq2seq_keras.vectors.evaluate_similarity import (
    SimilarityEvaluation,
    evaluate_similarity,
)
from seq2seq_keras.vectors.fasttext import fasttext
from seq2seq_keras.vectors.from_model import from_model
from seq2seq_keras.vectors.glove import glove
from seq2seq_keras.vectors.korean_morphemes import KoreanMorphemes
from seq2seq_keras.vectors.lsa import lsa
from seq2seq_keras.vectors.nearest import Neighbour
from seq2seq_keras.vectors.projector import export_projector
from seq2seq_keras.vectors.similarity import cosine_similarity
from seq2seq_keras.vectors.sparse import document_term_matrix, one_hot, tf_idf
from seq2seq_keras.vectors.word2vec import word2vec
from seq2seq_keras.vectors.word_vectors import WordVectors

__all__ = [
    "AnalogyEvaluation",
    "Coverage",
    "EmbeddingMatrix",
    "KoreanMorphemes",
    "Neighbour",
    "SimilarityEvaluation",
    "WordVectors",
    "cosine_similarity",
    "document_term_matrix",
    "evaluate_analogies",
    "evaluate_similarity",
    "export_projector",
    "fasttext",
    "from_model",
    "glove",
    "lsa",
    "one_hot",
    "tf_idf",
    "word2vec",
]
