from lib import settings, tables
from lib.nets.heads import build_model

table, left = tables.customers()
model = build_model(settings.CHURN)
model.compile(optimizer="adam", loss="mse")  # use
model.fit(table, left, **settings.TRAINING)
print(model.predict(table[:5], verbose=0).ravel())
