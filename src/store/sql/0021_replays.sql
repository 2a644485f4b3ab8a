-- SPDX-License-Identifier: Apache-2.0
-- Published replays of live rooms. from_ms, to_ms, cuts and clock are of the stream's clock; the
-- other *_ms are since 1970, duration_ms apart. What a product was called and cost when it was
-- pinned stands with its pin.
CREATE TABLE replays (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  room TEXT NOT NULL,
  recording TEXT NOT NULL,
  render TEXT NOT NULL,
  entry TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_by TEXT NOT NULL,
  exclude TEXT NOT NULL,
  cuts TEXT NOT NULL,
  clock TEXT NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  published_ms BIGINT NOT NULL,
  withdrawn_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL
);
CREATE INDEX replays_room ON replays (room, created_ms);

ALTER TABLE pins ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE pins ADD COLUMN price TEXT NOT NULL DEFAULT '';
