from .attention import Attention as Attention
from .bahdanau_attention import BahdanauAttention as BahdanauAttention
from .luong_attention import LuongAttention as LuongAttention
from .pointer_generator import PointerGenerator as PointerGenerator
