"""Migrations: their statements in ``NNNN_*.sql``, and what needs Python in ``step_NNNN``, run after them."""
