"""Recurrent encoder-decoders with Keras: learn, train and ship them."""

from seq2seq_keras import startup as _startup  # isort: skip  # noqa: F401


from seq2seq_keras.data.corpora import corpus_names, load_corpus
from seq2seq_keras.data.pairs import Pairs, PairStream
from seq2seq_keras.data.pipeline import make_dataset
from seq2seq_keras.data.read import read_pairs
from seq2seq_keras.data.report import describe_pairs
from seq2seq_keras.data.split import split_pairs
from seq2seq_keras.data.toy_tasks import make_toy_pairs
from seq2seq_keras.decoding.beam_search import beam_search
from seq2seq_keras.decoding.greedy_search import greedy_search
from seq2seq_keras.decoding.sampling import sample
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation.compare import compare_translations
from seq2seq_keras.evaluation.evaluate import evaluate_translator
from seq2seq_keras.evaluation.html_report import write_html_report
from seq2seq_keras.evaluation.metrics import score_metric
from seq2seq_keras.evaluation.score_by_length import score_by_length
from seq2seq_keras.evaluation.scores import score_translations
from seq2seq_keras.evaluation.target_scores import score_targets
from seq2seq_keras.layers.bahdanau_attention import BahdanauAttention
from seq2seq_keras.layers.luong_attention import LuongAttention
from seq2seq_keras.layers.pointer_generator import PointerGenerator
from seq2seq_keras.models.build import build_model
from seq2seq_keras.models.inference import build_inference_models
from seq2seq_keras.models.parity import check_parity
from seq2seq_keras.models.seq2seq import Seq2Seq
from seq2seq_keras.plots import (
    fonts_for,
    plot_attention,
    plot_beam,
    plot_learning_curves,
    plot_score_by_length,
    plot_similarities,
    plot_vectors,
)
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.text.character_tokenizer import CharacterTokenizer
from seq2seq_keras.text.jamo_tokenizer import JamoTokenizer
from seq2seq_keras.text.subword_tokenizer import SubwordTokenizer
from seq2seq_keras.text.tokenizer import Tokenizer
from seq2seq_keras.text.word_tokenizer import WordTokenizer
from seq2seq_keras.training.compile import compile_model
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.loss import TokenCrossentropy
from seq2seq_keras.training.metrics import Perplexity, TokenAccuracy
from seq2seq_keras.training.schedule import WarmupSchedule
from seq2seq_keras.training.scheduled_sampling import ScheduledSampling
from seq2seq_keras.training.thaw_embeddings import ThawEmbeddings
from seq2seq_keras.training.train import resume_training, train
from seq2seq_keras.training.weight_averages import WeightAverages
from seq2seq_keras.translation import Hypothesis, Translation
from seq2seq_keras.translator import Translator
from seq2seq_keras.vectors.word_vectors import WordVectors

__version__ = "0.1.0"

__all__ = [
    "BahdanauAttention",
    "CharacterTokenizer",
    "Hypothesis",
    "InputError",
    "JamoTokenizer",
    "LuongAttention",
    "PairStream",
    "Pairs",
    "Perplexity",
    "PointerGenerator",
    "ScheduledSampling",
    "SearchOptions",
    "Seq2Seq",
    "SpecialTokens",
    "SubwordTokenizer",
    "ThawEmbeddings",
    "TokenAccuracy",
    "TokenCrossentropy",
    "Tokenizer",
    "TrainingConfig",
    "Translation",
    "Translator",
    "WarmupSchedule",
    "WeightAverages",
    "WordTokenizer",
    "WordVectors",
    "beam_search",
    "build_inference_models",
    "build_model",
    "check_parity",
    "compare_translations",
    "compile_model",
    "corpus_names",
    "describe_pairs",
    "evaluate_translator",
    "fonts_for",
    "greedy_search",
    "load_corpus",
    "make_dataset",
    "make_toy_pairs",
    "plot_attention",
    "plot_beam",
    "plot_learning_curves",
    "plot_score_by_length",
    "plot_similarities",
    "plot_vectors",
    "read_pairs",
    "resume_training",
    "sample",
    "score_by_length",
    "score_metric",
    "score_targets",
    "score_translations",
    "split_pairs",
    "train",
    "write_html_report",
]
