from .losses import loss
from .model import Model
