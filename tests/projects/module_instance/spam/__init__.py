from .network import net
from .messages import matrix, marks
