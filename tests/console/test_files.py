"""The files of the page: their size, their headers, and that a browser loads them once."""

import gzip

import httpx
import pytest

from tests.support.caller import Caller
