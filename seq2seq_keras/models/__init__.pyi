from .build import build_model as build_model
from .inference import build_inference_models as build_inference_models
from .inference import make_step as make_step
from .parity import check_parity as check_parity
from .seq2seq import Seq2Seq as Seq2Seq
