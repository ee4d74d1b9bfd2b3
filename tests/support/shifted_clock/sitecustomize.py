"""Shifts the clock of a process, and of those that it starts, by ``CLOCK_AHEAD`` seconds."""

import os
import time

_AHEAD = int(os.environ.get("CLOCK_AHEAD", "0"))
_time, _time_ns = time.time, time.time_ns

time.time = lambda: _time() + _AHEAD
time.time_ns = lambda: _time_ns() + _AHEAD * 1_000_000_000
