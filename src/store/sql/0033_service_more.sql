-- SPDX-License-Identifier: Apache-2.0
-- A binding to a personal adviser and the offer of becoming one; what customers think of a talk (src/service/rows.h).
ALTER TABLE service_binding ADD COLUMN upgrade_rep TEXT;
ALTER TABLE service_binding ADD COLUMN personal_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service_binding ADD COLUMN upgrade_until_ms BIGINT NOT NULL DEFAULT 0;

-- One a call, and one a conversation each time it ends: asked for, and with a score when he gave one.
CREATE TABLE service_rating (
  subject TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  conversation TEXT,
  call_id TEXT,
  rep TEXT,
  customer TEXT,
  text TEXT,
  score BIGINT NOT NULL,
  asked_ms BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX service_rating_of ON service_rating (conversation);
CREATE INDEX service_rating_at ON service_rating (brand, at_ms);

-- The ledger of the funnel (src/service/funnel.h): each thing once, by its own id.
CREATE TABLE service_fact (
  id TEXT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  brand TEXT,
  stage TEXT,
  visitor TEXT,
  customer TEXT,
  entry TEXT,
  channel TEXT,
  state TEXT,
  room TEXT,
  inviter TEXT,
  product TEXT,
  rep TEXT,
  value TEXT,
  currency TEXT,
  at_ms BIGINT NOT NULL
);
CREATE INDEX service_fact_at ON service_fact (brand, seq);

-- When which rep was there.
CREATE TABLE service_shift (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  rep TEXT,
  presence TEXT,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  cut BIGINT NOT NULL
);
CREATE INDEX service_shift_at ON service_shift (brand, from_ms);
CREATE INDEX service_shift_open ON service_shift (to_ms);

-- What is to be told when nobody is served; raised_ms 0 = all is well.
CREATE TABLE service_alert (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  name TEXT,
  kind TEXT,
  group_id TEXT,
  room TEXT,
  say TEXT,
  limit_s BIGINT NOT NULL,
  raised_ms BIGINT NOT NULL,
  active BIGINT NOT NULL
);
