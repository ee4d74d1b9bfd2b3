"""How many examples a test gets whose property does not depend on the engine."""


def examples(most: int, engine: str) -> int:
    """All of them on SQLite. A statement costs more on PostgreSQL, so it gets a third, of the same ones."""
    return most if engine == "sqlite" else most // 3
