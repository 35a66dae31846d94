"""Run by Alembic: migrates the database that `configuration` was made for."""

from alembic import context

from contentlib.schema import metadata

database = context.config.attributes["database"]

with database.engine.execution_options(contentlib_access="write").connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        # SQLite cannot alter a table in place: Alembic copies it
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
