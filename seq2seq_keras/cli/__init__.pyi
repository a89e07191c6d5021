from .commands import main as main
from .parser import make_parser as make_parser
