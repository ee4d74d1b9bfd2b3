# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.poll import Poll
from linq.types.poll import PollOption as Option
from linq.types.poll import PollVoter as OptionVoter

__all__ = ["Option", "OptionVoter", "Poll"]
