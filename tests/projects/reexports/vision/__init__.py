from .core import *
from .encoder import Encoder
