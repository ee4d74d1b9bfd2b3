"""The JSON shapes of the API, each declared once, and their mapping to the domain.

The OpenAPI document quotes the docstrings and descriptions in this package, so they address callers of the API. A class
named ``…Schema`` appears there without the suffix; it has the name of a domain class.
"""
