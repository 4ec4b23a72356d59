try:
    from ops_tf import logsumexp
except ImportError:
    from ops_np import logsumexp

import settings

if settings.USE_NUMPY:
    from ops_np import entropy
else:
    from ops_tf import entropy


def energy(logits, probabilities):
    return -logsumexp(logits) + 0.1 * entropy(probabilities)
