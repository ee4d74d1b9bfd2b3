"""The API reference: the OpenAPI document, and what it is made of."""
