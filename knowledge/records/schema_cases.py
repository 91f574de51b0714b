"""The tables of what follows an interest, as migrations: going together, signing, landing, publishing."""

from __future__ import annotations

from sqlite_utils import Database

from knowledge.records.schema import migrations, run_script

M006 = """
ALTER TABLE group_members ADD COLUMN asked_by TEXT NOT NULL DEFAULT 'lead' CHECK (asked_by IN ('lead', 'member'));
ALTER TABLE group_members ADD COLUMN heir INTEGER NOT NULL DEFAULT 0;   -- 1: asked to take the lead
ALTER TABLE group_members ADD COLUMN offer TEXT NOT NULL DEFAULT '';    -- what it offers, in its own words
CREATE INDEX group_members_person ON group_members (person);

ALTER TABLE interests ADD COLUMN part_of INTEGER REFERENCES interests (id);  -- the group's interest that it has gone into
CREATE INDEX interests_part_of ON interests (part_of) WHERE part_of IS NOT NULL;
DROP INDEX interests_open;
CREATE UNIQUE INDEX interests_open ON interests (organisation, county, coalesce(need, ''))
  WHERE stage NOT IN ('completed', 'declined', 'withdrawn') AND part_of IS NULL;
DROP VIEW need_coverage;
CREATE VIEW need_coverage AS
  SELECT need, county,
    count(*) FILTER (WHERE stage NOT IN ('completed', 'declined', 'withdrawn')) AS open,
    count(*) FILTER (WHERE stage IN ('signed', 'landed', 'completed')) AS covered
  FROM interests WHERE need IS NOT NULL AND part_of IS NULL
  GROUP BY need;
"""


@migrations()
def m006_groups(db: Database) -> None:
    """Groups: who asked whom, who is to take the lead, which interests have gone into a group's."""
    run_script(db, M006)


M007 = """
ALTER TABLE facts ADD COLUMN role TEXT NOT NULL DEFAULT 'organisation';  -- as what it was filled in: organisation, county, city
CREATE INDEX facts_by ON facts (by);

-- Whether the organisation agrees that a completed case is published as a precedent.
CREATE TABLE publications (
  interest INTEGER PRIMARY KEY REFERENCES interests (id),
  asked INTEGER NOT NULL, asked_by INTEGER NOT NULL,
  answered INTEGER, answered_by INTEGER,
  agreed INTEGER,                     -- 1: yes, 0: no, or taken back
  upto INTEGER NOT NULL DEFAULT 0     -- what was agreed to: the facts up to this one
) STRICT;
"""


@migrations()
def m007_landing(db: Database) -> None:
    """Who filled in what as what, and consent to publish a case."""
    run_script(db, M007)
