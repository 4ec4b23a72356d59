CHURN = dict(name="churn", features=4, hidden=[8, 8])
TRAINING = dict(epochs=2, batch_size=16, verbose=0)
