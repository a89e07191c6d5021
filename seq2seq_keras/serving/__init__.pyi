from .access_log import AccessLog as AccessLog
from .batching import Batcher as Batcher
from .batching import Item as Item
from .batching import Work as Work
from .catalog import Catalog as Catalog
from .failures import RequestError as RequestError
from .options import ServingOptions as ServingOptions
from .run import serve as serve
