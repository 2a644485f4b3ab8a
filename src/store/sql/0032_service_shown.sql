-- SPDX-License-Identifier: Apache-2.0
-- What is shown in conversations (src/service/rows.h): a brand's materials, pictures that people sent.
CREATE TABLE service_material (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  title TEXT,
  url TEXT,
  version BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  withdrawn BIGINT NOT NULL
);

CREATE TABLE service_upload (
  id TEXT NOT NULL PRIMARY KEY,
  conversation TEXT,
  type TEXT,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
);
