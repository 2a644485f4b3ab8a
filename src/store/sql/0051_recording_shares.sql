-- SPDX-License-Identifier: Apache-2.0
-- Links to recordings, and by what somebody who was there is known again: lines of hashes.
ALTER TABLE recordings ADD COLUMN doors TEXT;

CREATE TABLE recording_shares (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  recording TEXT NOT NULL,
  audience TEXT NOT NULL,
  note TEXT NOT NULL,
  created_by TEXT NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  revoked_ms BIGINT NOT NULL,
  views BIGINT NOT NULL,
  viewed_ms BIGINT NOT NULL
);
