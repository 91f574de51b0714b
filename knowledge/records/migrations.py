"""All migrations in their order: each module adds its own to the first one's register when it is imported."""

from __future__ import annotations

from knowledge.records import schema, schema_cases, schema_notices

MODULES = (schema, schema_cases, schema_notices)
migrations = schema.migrations
