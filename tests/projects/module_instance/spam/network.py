import keras

WORDS = 12

net = keras.Sequential(
    [
        keras.Input((WORDS,)),
        keras.layers.Dense(8, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ],
    name="spam",
)
