"""Runs the migrations over the connection that `tickets.database.store` hands in."""

from alembic import context

from tickets.database.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
