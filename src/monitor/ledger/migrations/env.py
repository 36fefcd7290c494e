"""What Alembic runs for each migration: on the connection and in the transaction that it is given."""

from alembic import context

from monitor.ledger import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    # SQLite can roll a CREATE TABLE back; Alembic believes that it cannot.
    transactional_ddl=True,
    # SQLite alters a table by copying it.
    render_as_batch=True,
)
context.run_migrations()
