-- SPDX-License-Identifier: Apache-2.0
-- base/audit.h: a hash chain for each brand; ids only.
CREATE TABLE audit (
  brand TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (brand, seq)
);
CREATE INDEX audit_object ON audit (brand, object, seq);
CREATE INDEX audit_actor ON audit (brand, actor, seq);

CREATE TABLE audit_heads (
  brand TEXT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL
);
