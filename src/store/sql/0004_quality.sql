-- SPDX-License-Identifier: Apache-2.0
-- How it was for each person of a room, one row a stay: see src/room/qualitylog.h for `samples`.
-- Times are milliseconds since 1970. No name, no identity: participants' ids only.
CREATE TABLE quality (
  room TEXT NOT NULL,
  participant TEXT NOT NULL,
  from_ms BIGINT NOT NULL,
  brand TEXT NOT NULL,
  to_ms BIGINT NOT NULL,
  kind TEXT NOT NULL,
  period_s BIGINT NOT NULL,
  samples BYTEA NOT NULL,
  PRIMARY KEY (room, participant, from_ms)
);
CREATE INDEX quality_to ON quality (to_ms);
