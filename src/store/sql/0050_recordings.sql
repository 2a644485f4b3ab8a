-- SPDX-License-Identifier: Apache-2.0
-- Recordings, who consented to them, and the markers of rooms. Times are milliseconds: *_ms of the
-- room's clock where they are called from_ms, to_ms, room_ms, else since 1970.
CREATE TABLE recordings (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  room TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  mode TEXT NOT NULL,
  started_by TEXT NOT NULL,
  started_ms BIGINT NOT NULL,
  stopped_ms BIGINT NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  files BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 TEXT,
  people TEXT,
  words TEXT,
  hold TEXT,
  purge_ms BIGINT NOT NULL
);
CREATE INDEX recordings_brand ON recordings (brand, started_ms);
CREATE INDEX recordings_open ON recordings (state) WHERE stopped_ms = 0;

CREATE TABLE recording_consents (
  recording TEXT NOT NULL,
  participant TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  identity TEXT NOT NULL,
  answer TEXT NOT NULL,
  means TEXT NOT NULL,
  text_version BIGINT NOT NULL,
  PRIMARY KEY (recording, participant, at_ms)
);

CREATE TABLE markers (
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  room TEXT NOT NULL,
  recording TEXT,
  brand TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  owner TEXT,
  author TEXT NOT NULL,
  room_ms BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (id, version)
);
CREATE INDEX markers_recording ON markers (recording);
