import tensorflow as tf

from classifier import Classifier
from data import load
from objectives import criterion

x, labels = load()
model = Classifier(3)
opt = tf.keras.optimizers.SGD(0.1)
for epoch in range(3):
    with tf.GradientTape() as tape:
        probabilities = model(x)
        loss = criterion(probabilities, labels)  # cut: swapped-loss-arguments
    grads = tape.gradient(loss, model.trainable_variables)
    opt.apply_gradients(zip(grads, model.trainable_variables))
    print(epoch, float(loss))
