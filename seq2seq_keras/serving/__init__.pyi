from .options import ServingOptions as ServingOptions
from .run import serve as serve
