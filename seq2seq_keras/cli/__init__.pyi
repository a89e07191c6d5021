from .output import pharaoh_alignment as pharaoh_alignment
from .output import translation_json as translation_json
from .output import translation_lines as translation_lines
from .parser import make_parser as make_parser
from .process import main as main
from .process import run as run
