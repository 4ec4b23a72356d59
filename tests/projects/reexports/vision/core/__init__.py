from .contrastive import nt_xent as contrastive_loss, similarity
from .views import two_views

__all__ = ["contrastive_loss", "two_views"]
