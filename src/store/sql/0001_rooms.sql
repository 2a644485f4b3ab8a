-- SPDX-License-Identifier: Apache-2.0
-- Times are milliseconds since 1970. Resume and device tokens are kept as SHA-256 alone.
CREATE TABLE rooms (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  alias TEXT,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  locked BIGINT NOT NULL,
  lobby BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  opened_ms BIGINT NOT NULL,
  closed_ms BIGINT NOT NULL
);
CREATE INDEX rooms_open ON rooms (created_ms) WHERE closed_ms = 0;

CREATE TABLE participants (
  id TEXT NOT NULL PRIMARY KEY,
  room TEXT NOT NULL REFERENCES rooms (id),
  identity TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  granted BIGINT NOT NULL,
  guest BIGINT NOT NULL,
  resume BLOB NOT NULL CHECK (length (resume) = 32),
  joined_ms BIGINT NOT NULL,
  left_ms BIGINT NOT NULL
);
CREATE INDEX participants_room ON participants (room);

CREATE TABLE bans (
  room TEXT NOT NULL REFERENCES rooms (id),
  identity TEXT NOT NULL,
  token BLOB NOT NULL CHECK (length (token) = 32),
  by TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (room, identity, token)
);

CREATE TABLE chat (
  seq BIGSERIAL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  room TEXT NOT NULL REFERENCES rooms (id),
  client_id TEXT NOT NULL,
  participant TEXT NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  room_ms BIGINT NOT NULL,
  UNIQUE (participant, client_id)
);
CREATE INDEX chat_room ON chat (room, seq);
