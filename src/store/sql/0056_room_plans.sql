-- SPDX-License-Identifier: Apache-2.0
-- When a room's meetings are; goes with the room.
CREATE TABLE room_schedules (
  room TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  brand TEXT NOT NULL,
  zone TEXT NOT NULL,
  start TEXT NOT NULL,
  minutes BIGINT NOT NULL,
  rule TEXT,
  except_days TEXT,
  sequence BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
);

-- Invitations to a room, and partners' passes (room is '' then). No secret is in here.
CREATE TABLE passes (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  room TEXT NOT NULL,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  company TEXT NOT NULL,
  contact TEXT NOT NULL,
  made_by TEXT NOT NULL,
  device TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  sent_ms BIGINT NOT NULL,
  used_ms BIGINT NOT NULL,
  uses BIGINT NOT NULL,
  declined_ms BIGINT NOT NULL,
  revoked_ms BIGINT NOT NULL
);

CREATE TABLE room_settings (
  room TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  partners TEXT NOT NULL,
  watermark BIGINT NOT NULL,
  doc_url TEXT,
  panel_url TEXT
);

-- Of a partner who wrote it.
ALTER TABLE chat ADD COLUMN company TEXT NOT NULL DEFAULT '';
