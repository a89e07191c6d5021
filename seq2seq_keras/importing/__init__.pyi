from .keras2 import import_keras2 as import_keras2
from .token_ids import find_frame as find_frame
from .token_ids import place_source as place_source
from .token_ids import place_target as place_target
from .vocabulary_files import read_vocabulary as read_vocabulary
