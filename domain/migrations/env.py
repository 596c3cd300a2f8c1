"""Alembic's environment: runs on the connection it is given, over all our tables."""

from alembic import context

from domain.migrations.metadata import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, compare_type=True, render_as_batch=False)
with context.begin_transaction():
    context.run_migrations()
