from .base import Task
from .growth import Growth

__all__ = ["Growth", "Task"]
