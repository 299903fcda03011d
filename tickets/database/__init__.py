"""The database: every table, the engine, its migrations, and commits that many share."""
