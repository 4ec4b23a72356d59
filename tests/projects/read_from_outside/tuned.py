from harbour import Gauge


class TunedGauge(Gauge):
    def tuned(self, x):
        return self.gain * x
