from nn.base import Block
from nn.mixing import Mixer

__all__ = ["Block", "Mixer"]
