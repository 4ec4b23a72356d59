from . import exact, smooth
