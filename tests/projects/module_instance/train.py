from spam import marks, matrix, net

net.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])  # cut: categorical-loss-on-single-unit
net.fit(matrix, marks, epochs=3, verbose=0)
