-- SPDX-License-Identifier: Apache-2.0
-- Words to everybody of a room or a brand, who has had them, and whose link led whom here.
CREATE TABLE broadcasts (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  room TEXT NOT NULL,
  client_id TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  url TEXT NOT NULL,
  maker TEXT NOT NULL,
  expected TEXT NOT NULL,
  closed BIGINT NOT NULL,
  confirm BIGINT NOT NULL,
  watch_ms BIGINT NOT NULL,
  room_ms BIGINT NOT NULL,
  made_ms BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  withdrawn_ms BIGINT NOT NULL
);

CREATE TABLE broadcast_receipts (
  broadcast TEXT NOT NULL,
  who TEXT NOT NULL,
  identity TEXT NOT NULL,
  name TEXT NOT NULL,
  shown_ms BIGINT NOT NULL,
  watched_ms BIGINT NOT NULL,
  confirmed_ms BIGINT NOT NULL,
  here_ms BIGINT NOT NULL,
  PRIMARY KEY (broadcast, who)
);

CREATE TABLE invites (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  room TEXT NOT NULL,
  owner TEXT NOT NULL,
  parent TEXT NOT NULL,
  depth BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  came BIGINT NOT NULL,
  made_ms BIGINT NOT NULL
);
