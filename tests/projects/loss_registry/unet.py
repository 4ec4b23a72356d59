from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Conv2D, MaxPooling2D, UpSampling2D


def unet(size):
    image = Input((size, size, 1))
    down = Conv2D(4, 3, padding="same", activation="relu")(image)
    middle = Conv2D(4, 3, padding="same", activation="relu")(MaxPooling2D()(down))
    up = UpSampling2D()(middle) + down
    return Model(image, Conv2D(1, 1, activation="sigmoid")(up))
