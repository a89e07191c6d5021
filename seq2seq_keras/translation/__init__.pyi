from .request import SearchRequest as SearchRequest
from .result import BeamNode as BeamNode
from .result import Hypothesis as Hypothesis
from .result import Translation as Translation
from .saved_model import export_saved_model as export_saved_model
from .storage import TRANSLATOR_FILES as TRANSLATOR_FILES
from .translator import Translator as Translator
