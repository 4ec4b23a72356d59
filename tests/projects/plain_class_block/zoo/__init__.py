from .birds import Birds
