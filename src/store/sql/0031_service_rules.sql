-- SPDX-License-Identifier: Apache-2.0
-- Keyword rules of a brand (src/service/rows.h): words one a line.
CREATE TABLE service_rule (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  name TEXT,
  words TEXT,
  block BIGINT NOT NULL,
  chat BIGINT NOT NULL,
  comments BIGINT NOT NULL
);
