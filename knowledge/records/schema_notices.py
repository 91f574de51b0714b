"""The tables of notices, as a migration: written, aimed, rehearsed, sent, corrected, recalled; and who does not want them."""

from __future__ import annotations

from sqlite_utils import Database

from knowledge.records.schema import migrations, run_script

M008 = """
DROP VIEW outbox;
DROP VIEW notice_counts;
CREATE TABLE deliveries_before AS SELECT * FROM deliveries;
DROP TABLE deliveries;
CREATE TABLE notices_before AS SELECT * FROM notices;
DROP TABLE notices;

CREATE TABLE notices (
  id INTEGER PRIMARY KEY,
  author INTEGER NOT NULL,
  kind TEXT NOT NULL DEFAULT 'notice'
    CHECK (kind IN ('notice', 'correction', 'recall')),  -- the last two change the copies of the notice "of"
  of INTEGER REFERENCES notices (id),
  state TEXT NOT NULL DEFAULT 'draft'
    CHECK (state IN ('draft', 'scheduled', 'sending', 'paused', 'stopped', 'done')),
  version INTEGER NOT NULL DEFAULT 1,      -- raised by every change of a draft: a button knows the one it was shown with
  zh TEXT, en TEXT,                        -- Telegram HTML; where one is missing the other is sent
  media TEXT CHECK (media IN ('photo', 'document')), file TEXT,  -- Telegram's file_id
  topic TEXT,                              -- an id of topics.yaml; empty: not chosen yet
  buttons TEXT NOT NULL DEFAULT '[]',      -- JSON
  audience TEXT NOT NULL DEFAULT '{}',     -- JSON
  county TEXT,                             -- a coordinator's notice: only to people concerned with this county
  starts INTEGER, expires INTEGER,
  created INTEGER NOT NULL, began INTEGER, finished INTEGER,
  why TEXT,                                -- why it is paused or was stopped
  panel INTEGER,                           -- the message in the author's chat that shows its progress
  seen INTEGER, seen_at INTEGER,           -- how many had an outcome when the panel was last shown
  recent TEXT NOT NULL DEFAULT '',         -- its latest outcomes, one letter each
  settled INTEGER,                         -- when it was decided that unknown copies are not sent again
  cause INTEGER UNIQUE                     -- the update that confirmed it
) STRICT;
INSERT INTO notices (id, author, state, zh, topic, created, began, finished, why, cause)
  SELECT id, author, state, html, 'other', created, created, finished, why, cause FROM notices_before;
DROP TABLE notices_before;
CREATE INDEX notices_open ON notices (state, id) WHERE state IN ('scheduled', 'sending', 'paused');

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  person INTEGER NOT NULL,
  notice INTEGER REFERENCES notices (id),
  view TEXT NOT NULL, args TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL DEFAULT 'pending'
    CHECK (state = 'pending' OR state = 'sending' OR state = 'sent' OR state = 'left_out' OR state = 'blocked'
      OR state = 'gone' OR state = 'failed' OR state = 'unknown'),  -- so, it costs half of an IN: many are written at once
  due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  message INTEGER,
  error TEXT,                              -- what Telegram said; why a recipient was left out
  updated INTEGER NOT NULL,
  UNIQUE (notice, person)
) STRICT;
INSERT INTO deliveries (id, person, notice, view, args, state, due, attempts, message, error, updated)
  SELECT id, person, notice, view, args, state, due, attempts, message, error, updated FROM deliveries_before;
DROP TABLE deliveries_before;
CREATE INDEX deliveries_waiting ON deliveries (notice, due, id) WHERE state = 'pending';
CREATE INDEX deliveries_sending ON deliveries (id) WHERE state = 'sending';
CREATE INDEX deliveries_states ON deliveries (notice, state) WHERE notice IS NOT NULL;
CREATE VIEW outbox AS SELECT * FROM deliveries WHERE notice IS NULL AND state IN ('pending', 'sending');
CREATE VIEW notice_counts AS
  SELECT notice, state, count(*) AS n FROM deliveries WHERE notice IS NOT NULL GROUP BY notice, state;

-- What a reader of notices does not want: one topic, or nothing until a moment (topic '').
CREATE TABLE mutes (
  person INTEGER NOT NULL, topic TEXT NOT NULL, until INTEGER, at INTEGER NOT NULL,
  PRIMARY KEY (person, topic)
) STRICT;

-- Somebody turned notices down (all of them, a topic, for a time), and the reason if one was given.
CREATE TABLE leavings (
  id INTEGER PRIMARY KEY,
  person INTEGER, what TEXT NOT NULL, reason TEXT, at INTEGER NOT NULL,
  cause INTEGER UNIQUE
) STRICT;
CREATE INDEX leavings_person ON leavings (person);

CREATE INDEX consents_notices ON consents (person, id, given) WHERE purpose = 'notices';

-- From now on notices go to those who ticked them (a consent); nobody's silence is taken for one.
ALTER TABLE people DROP COLUMN muted;
"""


@migrations()
def m008_notices(db: Database) -> None:
    """Notices with drafts, schedules, topics, corrections and recalls; mutes and leavings."""
    run_script(db, M008)


M009 = """
ALTER TABLE deliveries ADD COLUMN leaving INTEGER;  -- of what is "sending": when its first byte went; empty: not yet
-- One index for what waits and for the numbers by state: every index costs when 100,000 are frozen.
DROP INDEX deliveries_waiting;
DROP INDEX deliveries_states;
CREATE INDEX deliveries_standing ON deliveries (notice, state, due);
"""


@migrations()
def m009_leaving(db: Database) -> None:
    """What was claimed but has not left this machine is known after a kill; one index less."""
    run_script(db, M009)
