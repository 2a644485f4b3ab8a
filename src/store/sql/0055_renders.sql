-- SPDX-License-Identifier: Apache-2.0
-- Renders of recordings: a recording, or a part of it, as one file. from_ms and to_ms are of the
-- room's clock, -1 where it is open; the other *_ms are since 1970, duration_ms apart.
CREATE TABLE recording_renders (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  recording TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  state TEXT NOT NULL,
  layout TEXT NOT NULL,
  exclude TEXT,
  people TEXT,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  height BIGINT NOT NULL,
  names BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  finished_ms BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL,
  sha256 TEXT,
  reason TEXT
);
CREATE INDEX recording_renders_recording ON recording_renders (recording, created_ms);
