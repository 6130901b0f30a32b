-- The first schema. Both trees hold the same tables and columns; only types differ.
-- Times are unix seconds; `until` NULL = still true.

CREATE TABLE generation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  active INTEGER NOT NULL,      -- the current set of active snapshots and mappings
  swept INTEGER NOT NULL,       -- every verdict is valid for this generation
  sweep_set INTEGER NOT NULL,   -- cursor of the running sweep: last set done
  evaluator INTEGER NOT NULL    -- EVALUATOR_VERSION of the binary that made the verdicts
);
INSERT INTO generation (id, active, swept, sweep_set, evaluator) VALUES (1, 0, 0, 0, 0);

-- Which package names a generation touched; names NULL = all.
CREATE TABLE generation_change (
  generation INTEGER NOT NULL PRIMARY KEY,
  source_id INTEGER,
  at INTEGER NOT NULL,
  names BLOB
);

CREATE TABLE package (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key BLOB NOT NULL UNIQUE,
  format INTEGER NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  version_key BLOB,             -- memcmp order of the format; NULL = the version has no order
  arch TEXT NOT NULL,
  source_name TEXT NOT NULL,
  source_version TEXT NOT NULL,
  vendor TEXT NOT NULL,
  module TEXT NOT NULL,
  key_id TEXT NOT NULL
);
CREATE INDEX package_name ON package (name);

CREATE TABLE package_set (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  packages INTEGER NOT NULL,
  ids BLOB NOT NULL             -- ascending ids, delta-LEB128
);

CREATE TABLE group_context (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  os_group TEXT NOT NULL,       -- '' = not mapped
  record TEXT NOT NULL
);

CREATE TABLE context (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  group_context_id INTEGER NOT NULL REFERENCES group_context (id),
  record TEXT NOT NULL
);

CREATE TABLE verdict (
  set_id INTEGER NOT NULL REFERENCES package_set (id),
  context_id INTEGER NOT NULL REFERENCES context (id),
  computed_generation INTEGER NOT NULL,
  packages INTEGER NOT NULL,
  in_repository INTEGER NOT NULL,
  judged INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  security INTEGER NOT NULL,
  other INTEGER NOT NULL,
  held INTEGER NOT NULL,
  digest BLOB NOT NULL,
  concerned BLOB NOT NULL,      -- package ids with an update
  unknown_ids BLOB NOT NULL,    -- package ids no source knows
  PRIMARY KEY (set_id, context_id)
) WITHOUT ROWID;

CREATE TABLE judgement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  group_context_id INTEGER NOT NULL REFERENCES group_context (id),
  package_id INTEGER NOT NULL REFERENCES package (id),
  kind TEXT NOT NULL,           -- 'update' or 'finding'
  cve TEXT NOT NULL,            -- '' for updates
  source_id INTEGER NOT NULL,
  state TEXT NOT NULL,          -- updates: security, bugfix, ...
  fixed TEXT NOT NULL,          -- the candidate
  rule TEXT NOT NULL,           -- the record: what decided and why
  since INTEGER NOT NULL,
  until INTEGER
);
CREATE UNIQUE INDEX judgement_open ON judgement (group_context_id, package_id, kind, cve, source_id) WHERE until IS NULL;
CREATE INDEX judgement_history ON judgement (package_id, group_context_id);

-- The same for rules that need the whole set.
CREATE TABLE set_judgement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  set_id INTEGER NOT NULL REFERENCES package_set (id),
  context_id INTEGER NOT NULL REFERENCES context (id),
  cve TEXT NOT NULL,
  source_id INTEGER NOT NULL,
  package_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  fixed TEXT NOT NULL,
  rule TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER
);
CREATE UNIQUE INDEX set_judgement_open ON set_judgement (set_id, context_id, cve, source_id, package_id) WHERE until IS NULL;

CREATE TABLE host_group (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL DEFAULT '',
  contact TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT ''
);

-- The hosts with exactly the same set of host groups; a host with a grant of its own is a cell of its own.
CREATE TABLE cell (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,     -- ids of the groups, ascending, comma separated; with '#host' for an own cell
  own_host_id INTEGER,
  hosts INTEGER NOT NULL DEFAULT 0,
  security_hosts INTEGER NOT NULL DEFAULT 0,
  security INTEGER NOT NULL DEFAULT 0,
  other INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE cell_group (
  cell_id INTEGER NOT NULL REFERENCES cell (id),
  group_id INTEGER NOT NULL REFERENCES host_group (id),
  PRIMARY KEY (cell_id, group_id)
) WITHOUT ROWID;
CREATE INDEX cell_group_group ON cell_group (group_id);

CREATE TABLE host (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  identity BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  cell_id INTEGER NOT NULL REFERENCES cell (id),
  set_id INTEGER NOT NULL REFERENCES package_set (id),
  context_id INTEGER NOT NULL REFERENCES context (id),
  facts_hash BLOB NOT NULL,     -- hash of everything below that a report tells
  os TEXT NOT NULL,             -- as reported
  os_group TEXT NOT NULL,       -- '' = not mapped
  arch TEXT NOT NULL,
  kernel TEXT NOT NULL,
  reboot_required INTEGER NOT NULL,
  facts TEXT NOT NULL,          -- the report's header as a record
  first_report INTEGER NOT NULL,
  last_report INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,  -- when set or context last changed
  reports INTEGER NOT NULL,
  packages INTEGER NOT NULL,
  in_repository INTEGER NOT NULL,
  judged INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  security INTEGER NOT NULL,
  other INTEGER NOT NULL,
  held INTEGER NOT NULL
);
CREATE INDEX host_name ON host (name, id);
CREATE INDEX host_cell ON host (cell_id, security);
CREATE INDEX host_verdict ON host (set_id, context_id);
CREATE INDEX host_security ON host (security, id);

-- One row per change of a host.
CREATE TABLE host_state (
  host_id INTEGER NOT NULL REFERENCES host (id) ON DELETE CASCADE,
  since INTEGER NOT NULL,
  seq INTEGER NOT NULL,         -- several changes within one second keep their order
  until INTEGER,
  set_id INTEGER NOT NULL REFERENCES package_set (id),
  context_id INTEGER NOT NULL REFERENCES context (id),
  PRIMARY KEY (host_id, since, seq)
) WITHOUT ROWID;

CREATE TABLE source (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  url TEXT NOT NULL,
  options TEXT NOT NULL,        -- record: components, architectures, keyring, ...
  os_group TEXT NOT NULL,       -- '' = what the feed says
  enabled INTEGER NOT NULL,
  interval_seconds INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  next_due INTEGER NOT NULL,
  etag TEXT NOT NULL DEFAULT '',
  last_modified TEXT NOT NULL DEFAULT '',
  last_attempt INTEGER,
  last_success INTEGER,
  last_error TEXT,
  snapshot_id INTEGER
);

CREATE TABLE snapshot (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
  generation INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL,
  hash BLOB NOT NULL,
  meta TEXT NOT NULL,           -- record: RepositoryMeta
  packages INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  changed_names INTEGER NOT NULL,
  report TEXT NOT NULL,         -- record: files, skipped items, signature
  content BLOB                  -- zstd of the canonical record; NULL once superseded
);
CREATE INDEX snapshot_source ON snapshot (source_id, id);

-- What is known about an OS group as a whole.
CREATE TABLE os_group_state (
  os_group TEXT NOT NULL PRIMARY KEY,
  fresh_until INTEGER,          -- its security sources count as fresh until then; NULL = there is none
  support_end INTEGER
);

CREATE TABLE change_log (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  set_id INTEGER,
  context_id INTEGER,
  host_id INTEGER,
  source_id INTEGER,
  detail TEXT NOT NULL DEFAULT ''
);

CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL,           -- 'viewer' or 'administrator'
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  password_changed_at INTEGER NOT NULL
);
CREATE TABLE session (
  token_hash BLOB NOT NULL PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  csrf TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE TABLE group_grant (
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  group_id INTEGER NOT NULL REFERENCES host_group (id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, group_id)
) WITHOUT ROWID;
CREATE TABLE host_grant (
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  host_id INTEGER NOT NULL REFERENCES host (id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, host_id)
) WITHOUT ROWID;
