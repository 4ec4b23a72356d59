from config import BATCH, EPOCHS
from data import tides
from losses import log_cosh, rmse
from model import make_model

x, y = tides()
model = make_model()
model.compile(optimizer='adam', loss=log_cosh)  # use
model.fit(x, y, epochs=EPOCHS, batch_size=BATCH, verbose=0)
print('rmse', rmse(y, model.predict(x, verbose=0)))
