"""All migrations in their order."""

from __future__ import annotations

from knowledge.records import schema_cases, schema_notices  # noqa: F401  their migrations come after those of schema
from knowledge.records.schema import migrations

__all__ = ["migrations"]
