# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.phone_numbers import OlderPhoneNumber as PhoneNumber
from linq.types.phone_numbers import PhoneNumberCapabilities, PhonenumberListResponse

__all__ = ["PhoneNumber", "PhoneNumberCapabilities", "PhonenumberListResponse"]
