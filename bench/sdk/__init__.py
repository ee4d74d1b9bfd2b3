"""The SDK against the public ``linq-python`` 0.65.0: the same pages of the same server, each in its own processes."""
