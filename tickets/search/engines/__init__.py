"""Engines: where the index is kept and asked: files beside the portal, or tables in its database on PostgreSQL."""
