-- The first schema. Before it, for they cannot be taken back: PRAGMA page_size=4096; auto_vacuum=INCREMENTAL (store/files.py).
-- Integers are 64 bit; times are milliseconds since 1970 UTC; JSON is TEXT; ids that leave the process are ULIDs (TEXT); `message` is a messages.seq.
-- PostgreSQL later: INTEGER -> bigint, BLOB -> bytea, without STRICT / WITHOUT ROWID, `words` -> tsvector over `texts`. No trigger, no AUTOINCREMENT, no rowid trick.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;                    -- epoch, created_at, words, relay_paused
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;             -- seq, uidvalidity, events_floor: one UPDATE per commit
                                                                                          -- (on PostgreSQL this row's lock makes seq order = commit order)
CREATE TABLE sessions (                                                                   -- every dialogue: SMTP, LMTP, POP3, IMAP, HTTP injection
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, protocol TEXT NOT NULL, listener TEXT NOT NULL, peer TEXT NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER,                                          -- NULL: still open (row appears with its first mail or refusal)
  helo TEXT, auth_user TEXT, tls TEXT, client TEXT, accepted INTEGER NOT NULL DEFAULT 0, rejected INTEGER NOT NULL DEFAULT 0,
  outcome TEXT, findings TEXT NOT NULL DEFAULT '[]', transcript TEXT NOT NULL DEFAULT '[]') STRICT;
CREATE INDEX sessions_rejected ON sessions (number) WHERE rejected > 0;

CREATE TABLE messages (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,                                       -- seq of its `added` event; order of the list; rowid of `words`
  origin TEXT NOT NULL CHECK (origin IN ('smtp', 'http', 'import', 'append', 'bounce')),  -- wait, list and relay ignore 'append'
  session INTEGER REFERENCES sessions ON DELETE SET NULL,
  received_at INTEGER NOT NULL, internal_at INTEGER NOT NULL, sent_at INTEGER,            -- arrival; IMAP INTERNALDATE; Date header if readable
  size INTEGER NOT NULL, sha256 BLOB NOT NULL,
  mail_from TEXT NOT NULL, envelope TEXT NOT NULL,                                        -- '' = null sender; envelope: rcpt_to [address, params, route, rule], helo, peer …
  message_id TEXT, subject TEXT NOT NULL, snippet TEXT NOT NULL, summary TEXT NOT NULL,   -- summary: from, sender, reply_to, to, cc, bcc, date
  attachment_count INTEGER NOT NULL, parse_error TEXT,
  flags INTEGER NOT NULL DEFAULT 0, keywords TEXT NOT NULL DEFAULT '',                    -- bits: 1 Seen=read, 2 Answered, 4 Flagged=pinned, 8 Draft, 16 Deleted
  binned_at INTEGER, changed_seq INTEGER NOT NULL) STRICT;
CREATE INDEX messages_message_id ON messages (message_id);
CREATE INDEX messages_session ON messages (session);
CREATE INDEX messages_listed ON messages (seq, binned_at, origin, flags, attachment_count, received_at, size)  -- all that lists filter and count by,
  WHERE binned_at IS NULL AND origin <> 'append';                                         -- so that they never read a row they don't show
CREATE INDEX messages_aside ON messages (seq, binned_at, origin)                          -- the others: the Bin, and appended mail
  WHERE binned_at IS NOT NULL OR origin = 'append';
CREATE TABLE raw (message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,      -- immutable; encoding leaves room for compression
  encoding TEXT NOT NULL DEFAULT 'identity', data BLOB NOT NULL) STRICT;
CREATE TABLE structures (                                                                 -- derived from raw; rebuilt on read when `parser` is old
  message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE, parser INTEGER NOT NULL,
  imap_envelope BLOB NOT NULL, bodystructure BLOB NOT NULL, parts TEXT NOT NULL, links TEXT NOT NULL DEFAULT '[]', codes TEXT NOT NULL DEFAULT '[]') STRICT;
CREATE TABLE addresses (                                                                  -- exact address search, and who owns a copy
  key TEXT NOT NULL, message INTEGER NOT NULL,                                            -- key: case-folded, domain as A-label. No foreign key: it would need an index;
  roles INTEGER NOT NULL, PRIMARY KEY (key, message)) STRICT, WITHOUT ROWID;              -- roles: bits of store/addresses.py
CREATE TABLE domains (key TEXT PRIMARY KEY, domain TEXT NOT NULL) STRICT, WITHOUT ROWID;  -- of each key that is an address, while a message has it
CREATE INDEX domains_domain ON domains (domain);
CREATE TABLE texts (message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,    -- folded by us: NFC, case-folded, white space one blank;
  subject TEXT NOT NULL, people TEXT NOT NULL, body TEXT NOT NULL,                        -- body <= 256 KiB. `contains` is instr() on this, in SQL and Python
  keys TEXT NOT NULL) STRICT;                                                             -- its keys in `addresses`, JSON
CREATE VIRTUAL TABLE words USING fts5 (subject, people, body, content = '', tokenize = 'ascii', columnsize = 0);
                                                                                          -- fed with words(folded text), joined by blanks; removed by 'delete' with
                                                                                          -- the same words; rebuilt when meta.words changes
CREATE TABLE tags (tag TEXT NOT NULL, message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE, PRIMARY KEY (tag, message)) STRICT, WITHOUT ROWID;
CREATE INDEX tags_message ON tags (message);

CREATE TABLE inboxes (                                                                    -- isolation of tests; 'default' is number 1
  number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, label TEXT NOT NULL DEFAULT '', automatic INTEGER NOT NULL,
  created_at INTEGER NOT NULL, used_at INTEGER NOT NULL, expires_at INTEGER) STRICT;
CREATE TABLE inbox_messages (inbox INTEGER NOT NULL REFERENCES inboxes ON DELETE CASCADE, message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
  PRIMARY KEY (inbox, message)) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_messages_message ON inbox_messages (message);

CREATE TABLE accounts (                                                                   -- what a POP3/IMAP user name opens; 'all' exists from the start,
  number INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('all', 'inbox', 'address', 'domain')),  -- the others from their first login
  name TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (kind, name)) STRICT;
CREATE TABLE mailboxes (
  number INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, name TEXT NOT NULL, special_use TEXT,
  subscribed INTEGER NOT NULL DEFAULT 1, uidvalidity INTEGER NOT NULL, uidnext INTEGER NOT NULL DEFAULT 1, recent_uid INTEGER NOT NULL DEFAULT 1,
  highest_modseq INTEGER NOT NULL, expunged_floor INTEGER NOT NULL,                       -- VANISHED is complete for modseq > expunged_floor
  filled INTEGER NOT NULL DEFAULT 0,                                                      -- the last message that was delivered here: who opens the account goes on from it
  UNIQUE (account, name)) STRICT;
CREATE TABLE placements (                                                                 -- one message, many mailboxes; uid and modseq from the store only
  mailbox INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE, uid INTEGER NOT NULL,
  message INTEGER NOT NULL REFERENCES messages,                                           -- no cascade: a forgotten `expunged` row fails loudly
  delivered INTEGER NOT NULL,                                                             -- 1: shares flags with the message (written through); 0: COPY, APPEND
  flags INTEGER NOT NULL DEFAULT 0, keywords TEXT NOT NULL DEFAULT '', modseq INTEGER NOT NULL, saved_at INTEGER NOT NULL,
  size INTEGER NOT NULL, PRIMARY KEY (mailbox, uid)) STRICT, WITHOUT ROWID;
CREATE INDEX placements_message ON placements (message);
CREATE INDEX placements_modseq ON placements (mailbox, modseq);
CREATE TABLE expunged (mailbox INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE, uid INTEGER NOT NULL, modseq INTEGER NOT NULL,
  PRIMARY KEY (mailbox, modseq, uid)) STRICT, WITHOUT ROWID;

CREATE TABLE events (                                                                     -- the log every follower reads; pruned, floor in counters
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('added', 'changed', 'removed', 'reset', 'path', 'session', 'inbox')),
  id TEXT, data TEXT) STRICT;                                                             -- id: ULID of message or session, also after it is gone
CREATE TABLE fetches (                                                                    -- path: who took the mail (once per message, session and act)
  message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE, session TEXT NOT NULL, act TEXT NOT NULL, at INTEGER NOT NULL,
  protocol TEXT NOT NULL, account TEXT NOT NULL, client TEXT, PRIMARY KEY (message, session, act)) STRICT, WITHOUT ROWID;

CREATE TABLE relay_jobs (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, message INTEGER REFERENCES messages ON DELETE CASCADE,   -- NULL: a probe
  sender TEXT NOT NULL, source TEXT NOT NULL CHECK (source IN ('auto', 'release', 'probe')), rule TEXT, ret TEXT, envid TEXT,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
CREATE INDEX relay_jobs_message ON relay_jobs (message);
CREATE TABLE relay_recipients (
  number INTEGER PRIMARY KEY, job INTEGER NOT NULL REFERENCES relay_jobs ON DELETE CASCADE, address TEXT NOT NULL, original TEXT NOT NULL, domain TEXT NOT NULL,
  notify TEXT, orcpt TEXT, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER, lease_until INTEGER,
  state TEXT NOT NULL CHECK (state IN ('queued', 'active', 'deferred', 'held', 'sent', 'failed', 'expired', 'cancelled', 'blocked')),
  code INTEGER, enhanced TEXT, text TEXT, stage TEXT, mta TEXT, uncertain INTEGER NOT NULL DEFAULT 0,
  attempt INTEGER, let INTEGER NOT NULL DEFAULT 0,                                        -- the attempt under way; whether it was counted by the limits
  bounce INTEGER REFERENCES messages ON DELETE SET NULL,                                  -- the DSN made here, or the one that came back
  UNIQUE (job, address)) STRICT;
CREATE INDEX relay_due ON relay_recipients (next_at) WHERE state IN ('queued', 'deferred', 'active');
CREATE INDEX relay_bounces ON relay_recipients (bounce) WHERE bounce IS NOT NULL;
CREATE TABLE relay_attempts (
  number INTEGER PRIMARY KEY, job INTEGER NOT NULL REFERENCES relay_jobs ON DELETE CASCADE, domain TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER,
  phase TEXT NOT NULL CHECK (phase IN ('start', 'dot', 'end')), verdict TEXT) STRICT;     -- 'dot' is committed before the final dot is sent
CREATE INDEX relay_attempts_job ON relay_attempts (job);
CREATE TABLE relay_releases (number INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;     -- one for each message let go; kept for a day, also when the job is
CREATE INDEX relay_releases_at ON relay_releases (at);                                    -- gone, for it is what the limits per hour and day count
CREATE TABLE relay_trace (attempt INTEGER NOT NULL REFERENCES relay_attempts ON DELETE CASCADE, n INTEGER NOT NULL, t_ms INTEGER NOT NULL, kind TEXT NOT NULL,
  data TEXT NOT NULL, PRIMARY KEY (attempt, n)) STRICT, WITHOUT ROWID;
CREATE TABLE relay_hosts (address TEXT PRIMARY KEY, failures INTEGER NOT NULL, next_at INTEGER NOT NULL, error TEXT) STRICT;
CREATE TABLE sts_policies (domain TEXT PRIMARY KEY, id TEXT NOT NULL, policy TEXT NOT NULL, fetched_at INTEGER NOT NULL, max_age INTEGER NOT NULL) STRICT;
CREATE TABLE relay_audit (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, act TEXT NOT NULL, data TEXT NOT NULL) STRICT;
INSERT INTO counters VALUES ('seq', 0), ('uidvalidity', 0), ('events_floor', 0);
