-- SPDX-License-Identifier: Apache-2.0
-- How a room is recorded, and for how long its recordings are kept; they outlive it.
CREATE TABLE room_rules (
  room TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  record TEXT NOT NULL,
  notice BIGINT NOT NULL,
  retention_days BIGINT NOT NULL
);
