def apply(optimizer, grads, weights):
    optimizer.apply_gradients(zip(grads, weights))
    return len(weights)
