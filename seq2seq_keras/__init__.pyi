from . import distributed as distributed
from .data import EvaluationSet as EvaluationSet
from .data import (
    Pairs as Pairs,
)
from .data import (
    PairStream as PairStream,
)
from .data import (
    corpus_names as corpus_names,
)
from .data import describe_pairs as describe_pairs
from .data import group_sources as group_sources
from .data import hallucinate_pairs as hallucinate_pairs
from .data import (
    load_corpus as load_corpus,
)
from .data import make_dataset as make_dataset
from .data import make_toy_pairs as make_toy_pairs
from .data import read_evaluation_set as read_evaluation_set
from .data import read_pairs as read_pairs
from .data import split_pairs as split_pairs
from .decoding import SearchOptions as SearchOptions
from .decoding import beam_search as beam_search
from .decoding import greedy_search as greedy_search
from .decoding import sample as sample
from .errors import InputError as InputError
from .evaluation import compare_translations as compare_translations
from .evaluation import evaluate_translator as evaluate_translator
from .evaluation import score_by_length as score_by_length
from .evaluation import score_metric as score_metric
from .evaluation import score_targets as score_targets
from .evaluation import score_translations as score_translations
from .evaluation import tune_search as tune_search
from .evaluation import write_html_report as write_html_report
from .importing import import_keras2 as import_keras2
from .layers import (
    Attention as Attention,
)
from .layers import (
    BahdanauAttention as BahdanauAttention,
)
from .layers import (
    HardAttention as HardAttention,
)
from .layers import (
    LuongAttention as LuongAttention,
)
from .layers import (
    PointerGenerator as PointerGenerator,
)
from .models import (
    EncoderDecoder as EncoderDecoder,
)
from .models import (
    Seq2Seq as Seq2Seq,
)
from .models import (
    build_inference_models as build_inference_models,
)
from .models import (
    build_model as build_model,
)
from .models import (
    check_parity as check_parity,
)
from .plots import (
    fonts_for as fonts_for,
)
from .plots import (
    plot_attention as plot_attention,
)
from .plots import (
    plot_beam as plot_beam,
)
from .plots import (
    plot_learning_curves as plot_learning_curves,
)
from .plots import (
    plot_score_by_length as plot_score_by_length,
)
from .plots import (
    plot_similarities as plot_similarities,
)
from .plots import (
    plot_vectors as plot_vectors,
)
from .registry import (
    ATTENTIONS as ATTENTIONS,
)
from .registry import (
    CELLS as CELLS,
)
from .special_tokens import SpecialTokens as SpecialTokens
from .text import CharacterTokenizer as CharacterTokenizer
from .text import FeaturesTokenizer as FeaturesTokenizer
from .text import JamoTokenizer as JamoTokenizer
from .text import ReversedTokenizer as ReversedTokenizer
from .text import SpaceTokenizer as SpaceTokenizer
from .text import SubwordTokenizer as SubwordTokenizer
from .text import Tokenizer as Tokenizer
from .text import VocabularyFile as VocabularyFile
from .text import WordTokenizer as WordTokenizer
from .text import join_features as join_features
from .text import read_vocabulary as read_vocabulary
from .text import split_features as split_features
from .training import (
    Adam as Adam,
)
from .training import (
    DistillationOptions as DistillationOptions,
)
from .training import (
    Perplexity as Perplexity,
)
from .training import (
    ScheduledSampling as ScheduledSampling,
)
from .training import (
    ThawEmbeddings as ThawEmbeddings,
)
from .training import (
    TokenAccuracy as TokenAccuracy,
)
from .training import (
    TokenCrossentropy as TokenCrossentropy,
)
from .training import (
    TrainingConfig as TrainingConfig,
)
from .training import (
    TrainingResult as TrainingResult,
)
from .training import (
    WarmupSchedule as WarmupSchedule,
)
from .training import (
    WeightAverages as WeightAverages,
)
from .training import (
    compile_model as compile_model,
)
from .training import (
    distill as distill,
)
from .training import (
    resume_training as resume_training,
)
from .training import (
    train as train,
)
from .translation import (
    Hypothesis as Hypothesis,
)
from .translation import (
    Translation as Translation,
)
from .translation import Translator as Translator
from .vectors.word_vectors import WordVectors as WordVectors

__version__: str
