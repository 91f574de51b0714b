"""The tables, as migrations: append-only, never edited once released.

Times are whole seconds since 1970 (UTC), given by the caller's clock; SQL never asks for the time itself.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

migrations = Migrations("jiedui")

M001 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- Before consent nothing but the id, the language and the mute is kept of a person.
CREATE TABLE people (
  id INTEGER PRIMARY KEY,             -- the Telegram user id, which is also the private chat's id
  lang TEXT CHECK (lang IN ('zh', 'en')),      -- chosen by the person
  heard TEXT CHECK (heard IN ('zh', 'en')),    -- the language last written in
  client TEXT,                        -- the language of the client, as Telegram tells it
  started INTEGER,                    -- when the private chat was opened: only then can the bot write first
  unreachable INTEGER,                -- since when the person has blocked the bot or is gone
  muted INTEGER NOT NULL DEFAULT 0,   -- 1: no notices
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
) STRICT;

CREATE TABLE organisations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT, province TEXT, city TEXT, fields TEXT NOT NULL DEFAULT '[]',
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
  organisation INTEGER NOT NULL REFERENCES organisations (id),
  person INTEGER NOT NULL REFERENCES people (id),
  role TEXT NOT NULL CHECK (role IN ('first_contact', 'member')),
  name TEXT NOT NULL,
  phone TEXT,
  since INTEGER NOT NULL,
  PRIMARY KEY (organisation, person)
) STRICT;
CREATE INDEX members_person ON members (person);

CREATE TABLE drafts (
  id INTEGER PRIMARY KEY,
  person INTEGER NOT NULL REFERENCES people (id),
  form TEXT NOT NULL, version INTEGER NOT NULL, subject TEXT NOT NULL,
  step TEXT NOT NULL,
  answers TEXT NOT NULL DEFAULT '{}',
  mending INTEGER NOT NULL DEFAULT 0,   -- 1: one answer is being corrected, then back to the preview
  focus INTEGER NOT NULL,                 -- until when the form owns the next text; 0: parked
  question INTEGER,                       -- message id of the last question
  last_update INTEGER NOT NULL DEFAULT 0, -- the update whose answer is already in
  held TEXT,                              -- a text that may be an answer or something else, until a button says
  updated INTEGER NOT NULL,
  UNIQUE (person, form, subject)
) STRICT;

-- A copy of the YAML's needs, so that rows can refer to them and be counted by field.
CREATE TABLE needs (id TEXT PRIMARY KEY, county TEXT NOT NULL, field TEXT NOT NULL) STRICT;

CREATE TABLE interests (
  id INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL REFERENCES organisations (id),
  person INTEGER NOT NULL REFERENCES people (id),
  county TEXT NOT NULL,
  need TEXT,                          -- empty: the county as a whole
  task TEXT NOT NULL,
  offer TEXT NOT NULL,
  grouped INTEGER NOT NULL DEFAULT 0, -- 1: would join a group
  stage TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1,
  turn TEXT NOT NULL CHECK (turn IN ('organisation', 'county', 'city', 'nobody')),
  since INTEGER NOT NULL,             -- since when it is that party's turn
  handler INTEGER,                    -- the administrator who took it on
  created INTEGER NOT NULL, updated INTEGER NOT NULL,
  cause INTEGER NOT NULL UNIQUE       -- the update that registered it: the same press never registers twice
) STRICT;
CREATE UNIQUE INDEX interests_open ON interests (organisation, county, coalesce(need, ''))
  WHERE stage NOT IN ('completed', 'declined', 'withdrawn');
CREATE INDEX interests_person ON interests (person);
CREATE INDEX interests_need ON interests (need);

CREATE TABLE interest_events (
  id INTEGER PRIMARY KEY,
  interest INTEGER NOT NULL REFERENCES interests (id),
  at INTEGER NOT NULL, actor INTEGER, role TEXT NOT NULL,
  move TEXT NOT NULL, before TEXT, after TEXT NOT NULL,
  reason TEXT, note TEXT
) STRICT;
CREATE INDEX interest_events_interest ON interest_events (interest, id);

-- Every update as it came, until it is answered; afterwards only its number, so that a repeated one is known.
CREATE TABLE inbox (
  update_id INTEGER PRIMARY KEY, at INTEGER NOT NULL, payload TEXT,
  result TEXT        -- what it brought about, as the view that confirms it: said again if a kill came before the reply
) STRICT;
CREATE INDEX inbox_waiting ON inbox (update_id) WHERE payload IS NOT NULL;

CREATE TABLE notices (
  id INTEGER PRIMARY KEY,
  author INTEGER NOT NULL, html TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sending', 'paused', 'stopped', 'done')),
  created INTEGER NOT NULL, finished INTEGER,
  why TEXT,
  cause INTEGER NOT NULL UNIQUE       -- the update that confirmed it
) STRICT;

-- Everything that goes out on its own: case mail (a view to be rendered) and copies of notices.
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  person INTEGER NOT NULL,
  notice INTEGER REFERENCES notices (id),
  view TEXT NOT NULL, args TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'sending', 'sent', 'blocked', 'gone', 'failed', 'unknown')),
  due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  message INTEGER, error TEXT, updated INTEGER NOT NULL,
  UNIQUE (notice, person)
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (notice, due, id) WHERE state = 'pending';
CREATE INDEX deliveries_sending ON deliveries (id) WHERE state = 'sending';
CREATE VIEW outbox AS SELECT * FROM deliveries WHERE notice IS NULL AND state IN ('pending', 'sending');

-- A deadline of the product: served by one tick.
CREATE TABLE deadlines (
  id INTEGER PRIMARY KEY,
  due INTEGER NOT NULL, kind TEXT NOT NULL, subject INTEGER NOT NULL, version INTEGER NOT NULL,
  UNIQUE (kind, subject, version)
) STRICT;
CREATE INDEX deadlines_due ON deadlines (due);

CREATE TABLE consents (
  id INTEGER PRIMARY KEY,
  person INTEGER NOT NULL, purpose TEXT NOT NULL, version INTEGER NOT NULL,
  given INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX consents_person ON consents (person, purpose, id);

-- Texts handed to a person: an offer that nothing fits yet, a question.
CREATE TABLE questions (
  id INTEGER PRIMARY KEY,
  person INTEGER NOT NULL REFERENCES people (id),
  kind TEXT NOT NULL CHECK (kind IN ('offer', 'question', 'wrong')),
  text TEXT NOT NULL,
  about TEXT,                         -- the need or county it is about
  created INTEGER NOT NULL, answered INTEGER, answer TEXT, answerer INTEGER,
  cause INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL, actor INTEGER, action TEXT NOT NULL, object TEXT NOT NULL, detail TEXT
) STRICT;

-- How far help has come, by need: open interests, and those that are signed or beyond.
CREATE VIEW need_coverage AS
  SELECT need, county,
    count(*) FILTER (WHERE stage NOT IN ('completed', 'declined', 'withdrawn')) AS open,
    count(*) FILTER (WHERE stage IN ('signed', 'landed', 'completed')) AS covered
  FROM interests WHERE need IS NOT NULL
  GROUP BY need;

-- How each notice stands.
CREATE VIEW notice_counts AS
  SELECT notice, state, count(*) AS n FROM deliveries WHERE notice IS NOT NULL GROUP BY notice, state;
"""


@migrations()
def m001_initial(db: Database) -> None:
    """The first set of tables."""
    run_script(db, M001)


M002 = """
ALTER TABLE organisations ADD COLUMN offer TEXT;
ALTER TABLE organisations ADD COLUMN size TEXT;
ALTER TABLE organisations ADD COLUMN code TEXT;             -- unified social credit code: well formed, not verified
ALTER TABLE organisations ADD COLUMN verified INTEGER;      -- when an administrator verified it
ALTER TABLE organisations ADD COLUMN verified_by INTEGER;
ALTER TABLE organisations ADD COLUMN verified_until INTEGER;
ALTER TABLE organisations ADD COLUMN verified_note TEXT;
ALTER TABLE organisations ADD COLUMN merged INTEGER REFERENCES organisations (id);  -- the organisation it was merged into

-- Links that let one account in: 128 bits, single use, 72 hours, kept only as a hash.
CREATE TABLE invitations (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('colleague', 'coordinator')),
  subject TEXT NOT NULL,              -- the organisation's or the county's id
  made_by INTEGER NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL,
  taken_by INTEGER, taken INTEGER,    -- the account that used it
  decided_by INTEGER, decided INTEGER, accepted INTEGER  -- who let it in, or did not
) STRICT;

CREATE TABLE coordinators (
  county TEXT NOT NULL, person INTEGER NOT NULL REFERENCES people (id),
  since INTEGER NOT NULL, until INTEGER, appointed_by INTEGER NOT NULL,
  PRIMARY KEY (county, person)
) STRICT;

-- The living card of an interest for each party: the message that is edited, and the version it shows.
CREATE TABLE cards (
  interest INTEGER NOT NULL REFERENCES interests (id), person INTEGER NOT NULL,
  message INTEGER NOT NULL, version INTEGER NOT NULL, sent INTEGER NOT NULL,
  PRIMARY KEY (interest, person)
) STRICT;

-- What the parties agreed and achieved: the checklist at signing, the figures at landing, progress on the way.
CREATE TABLE facts (
  id INTEGER PRIMARY KEY,
  interest INTEGER NOT NULL REFERENCES interests (id),
  kind TEXT NOT NULL CHECK (kind IN ('checklist', 'figure', 'progress', 'photo')),
  key TEXT NOT NULL, value TEXT NOT NULL,
  by INTEGER, at INTEGER NOT NULL
) STRICT;
CREATE INDEX facts_interest ON facts (interest, kind, key, id);

-- Organisations that go together: each member agrees for itself, the lead's interest is the group's.
CREATE TABLE group_members (
  interest INTEGER NOT NULL REFERENCES interests (id),
  organisation INTEGER NOT NULL REFERENCES organisations (id),
  person INTEGER NOT NULL, role TEXT NOT NULL CHECK (role IN ('lead', 'member')),
  state TEXT NOT NULL CHECK (state IN ('asked', 'agreed', 'refused', 'left')),
  contacts INTEGER NOT NULL DEFAULT 0,  -- 1: agreed that the partners may see the contact
  at INTEGER NOT NULL,
  PRIMARY KEY (interest, organisation)
) STRICT;

-- Who was shown whose contact, and the message that is taken back.
CREATE TABLE disclosures (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL, viewer INTEGER NOT NULL, owner INTEGER NOT NULL,
  interest INTEGER, message INTEGER, taken_back INTEGER
) STRICT;
CREATE INDEX disclosures_owner ON disclosures (owner, id);

ALTER TABLE questions ADD COLUMN county TEXT;
ALTER TABLE questions ADD COLUMN assigned INTEGER;          -- who takes care of it

-- Erased people, applied again after a backup is put back.
CREATE TABLE erasures (person INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
"""


@migrations()
def m002_landing(db: Database) -> None:
    """From interest to landing: organisations, coordinators, cards, facts, groups, disclosures, erasures."""
    run_script(db, M002)


M003 = """
ALTER TABLE disclosures ADD COLUMN role TEXT NOT NULL DEFAULT 'city';  -- as what it was shown: city, county, partner
ALTER TABLE disclosures ADD COLUMN delivery INTEGER;                   -- the mail that shows it
ALTER TABLE disclosures ADD COLUMN cause INTEGER;                      -- the update that asked: the same press shows once
CREATE UNIQUE INDEX disclosures_cause ON disclosures (cause);
CREATE INDEX disclosures_viewer ON disclosures (viewer) WHERE taken_back IS NULL;
"""


@migrations()
def m003_disclosures(db: Database) -> None:
    """As what a contact was shown, and by which mail."""
    run_script(db, M003)


M004 = """
ALTER TABLE organisations ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
CREATE INDEX organisations_code ON organisations (code) WHERE code IS NOT NULL;
CREATE UNIQUE INDEX members_first_contact ON members (organisation) WHERE role = 'first_contact';
CREATE INDEX interests_organisation ON interests (organisation);

ALTER TABLE invitations RENAME COLUMN kind TO purpose;
ALTER TABLE invitations ADD COLUMN name TEXT;               -- how the account that used it calls itself, until it is decided
ALTER TABLE invitations ADD COLUMN phone TEXT;
CREATE INDEX invitations_subject ON invitations (purpose, subject);

-- Two organisations that may be the same one, and what an administrator made of it.
CREATE TABLE duplicates (
  id INTEGER PRIMARY KEY,
  older INTEGER NOT NULL REFERENCES organisations (id),
  newer INTEGER NOT NULL REFERENCES organisations (id),
  reason TEXT NOT NULL CHECK (reason IN ('code', 'same_name', 'like_name')),
  found INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'different')),
  decided INTEGER, decided_by INTEGER,
  UNIQUE (older, newer)
) STRICT;

-- The rows that a merge moved from the newer organisation to the older one: so that it can be taken back.
CREATE TABLE merged_rows (
  duplicate INTEGER NOT NULL REFERENCES duplicates (id),
  what TEXT NOT NULL CHECK (what IN ('interest', 'closed', 'member', 'both', 'first_contact', 'partner', 'invitation')),
  row INTEGER NOT NULL,
  PRIMARY KEY (duplicate, what, row)
) STRICT;
"""


@migrations()
def m004_organisations(db: Database) -> None:
    """Profiles that are invited to, verified, and merged where two are the same."""
    run_script(db, M004)


M005 = """
-- Where a question stands, whose turn it is and since when; whose name a coordinator goes by.
ALTER TABLE questions ADD COLUMN state TEXT NOT NULL DEFAULT 'open'
  CHECK (state IN ('open', 'answered', 'closed', 'withdrawn'));
ALTER TABLE questions ADD COLUMN turn TEXT NOT NULL DEFAULT 'city' CHECK (turn IN ('asker', 'county', 'city', 'nobody'));
ALTER TABLE questions ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE questions ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
CREATE INDEX questions_person ON questions (person);

-- The correspondence about a question: every step with who, when and which words.
CREATE TABLE question_events (
  id INTEGER PRIMARY KEY,
  question INTEGER NOT NULL REFERENCES questions (id),
  at INTEGER NOT NULL, actor INTEGER, role TEXT NOT NULL,
  move TEXT NOT NULL, words TEXT
) STRICT;
CREATE INDEX question_events_question ON question_events (question, id);

INSERT INTO question_events (question, at, actor, role, move, words)
  SELECT id, created, person, 'asker', 'put', NULL FROM questions;
INSERT INTO question_events (question, at, actor, role, move, words)
  SELECT id, answered, answerer, 'city', 'answer', answer FROM questions WHERE answered IS NOT NULL;
UPDATE questions SET since = coalesce(answered, created),
  state = CASE WHEN kind = 'wrong' THEN 'closed' WHEN answered IS NULL THEN 'open' ELSE 'answered' END,
  turn = CASE WHEN kind = 'wrong' OR answered IS NOT NULL THEN 'nobody' ELSE 'city' END;
INSERT INTO deadlines (due, kind, subject, version)
  SELECT since + 2 * 86400, 'question.1', id, 1 FROM questions WHERE turn = 'city'
  UNION ALL SELECT since + 7 * 86400, 'question.2', id, 1 FROM questions WHERE turn = 'city';
ALTER TABLE questions DROP COLUMN answered;
ALTER TABLE questions DROP COLUMN answer;
ALTER TABLE questions DROP COLUMN answerer;

ALTER TABLE coordinators ADD COLUMN name TEXT NOT NULL DEFAULT '';
"""


@migrations()
def m005_office(db: Database) -> None:
    """Questions with a correspondence and a clock; coordinators with a name."""
    run_script(db, M005)


def run_script(db: Database, script: str) -> None:
    """Run the statements one by one: ``executescript`` would commit, and a migration is one transaction."""
    statement = ""
    for line in script.splitlines():
        statement += line.partition("--")[0] + "\n"
        if sqlite3.complete_statement(statement) and statement.strip():
            db.execute(statement)
            statement = ""
