-- SPDX-License-Identifier: Apache-2.0
-- Bots in the comments (the secret as SHA-256 alone), and each hour of a live room in numbers.
CREATE TABLE live_bots (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  name TEXT NOT NULL,
  room TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  revoked_ms BIGINT NOT NULL
);

CREATE TABLE live_hours (
  room TEXT NOT NULL,
  hour_ms BIGINT NOT NULL,
  brand TEXT NOT NULL,
  on_air_s BIGINT NOT NULL,
  viewer_s BIGINT NOT NULL,
  peak BIGINT NOT NULL,
  joined BIGINT NOT NULL,
  comments BIGINT NOT NULL,
  bot_comments BIGINT NOT NULL,
  likes BIGINT NOT NULL,
  pins BIGINT NOT NULL,
  PRIMARY KEY (room, hour_ms)
);
