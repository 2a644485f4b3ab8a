-- SPDX-License-Identifier: Apache-2.0
-- People who are taken out of recordings. Whom (identity, or recording and participant) and what is to
-- do stand here until it is done. Counts are of what goes; times are milliseconds since 1970.
CREATE TABLE erasures (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  state TEXT NOT NULL,
  identity TEXT,
  recording TEXT,
  participant TEXT,
  todo TEXT,
  reason TEXT,
  again BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  finished_ms BIGINT NOT NULL,
  recordings BIGINT NOT NULL,
  files BIGINT NOT NULL,
  stills BIGINT NOT NULL,
  chat BIGINT NOT NULL,
  markers BIGINT NOT NULL,
  renders BIGINT NOT NULL,
  bytes BIGINT NOT NULL
);
