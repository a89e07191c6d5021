from .folder import is_runtime_folder as is_runtime_folder
from .onnx_file import external_files as external_files
from .tokenizers import PlainTokenizer as PlainTokenizer
from .tokenizers import parse_tokenizer as parse_tokenizer
from .translator import Translator as Translator
