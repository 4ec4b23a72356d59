import houses
import settings

rooms, price = houses.data()
model = houses.network()
model.compile(optimizer=settings.OPTIMIZER, loss=settings.LOSS, metrics=settings.METRICS)  # use
model.fit(rooms, price, epochs=settings.EPOCHS, verbose=0)
