-- SPDX-License-Identifier: Apache-2.0
-- Service reps: who is there, who has whom, what was said (src/service/rows.h). Times are milliseconds
-- since 1970, 0 = never; states are words; lists of ids have commas between them.
CREATE TABLE service_group (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  name TEXT,
  routing TEXT,
  skills TEXT,
  hours TEXT,
  overflow TEXT,
  welcome TEXT,
  utc_offset_min BIGINT NOT NULL,
  offer_timeout_s BIGINT NOT NULL,
  max_customers BIGINT NOT NULL,
  place BIGINT NOT NULL
);

CREATE TABLE service_rep (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  ref TEXT,
  user_id TEXT,
  name TEXT,
  title TEXT,
  photo TEXT,
  card TEXT,
  "groups" TEXT,
  skills TEXT,
  verified_ms BIGINT NOT NULL,
  card_until_ms BIGINT NOT NULL,
  max_chats BIGINT NOT NULL,
  suspended BIGINT NOT NULL,
  departed BIGINT NOT NULL,
  created_ms BIGINT NOT NULL
);

CREATE TABLE service_customer (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  visitor TEXT,
  customer_ref TEXT,
  display TEXT,
  attrs TEXT,
  consents TEXT,
  tags TEXT,
  blocked TEXT,
  created_ms BIGINT NOT NULL
);

CREATE TABLE service_device (
  brand TEXT NOT NULL,
  visitor TEXT NOT NULL,
  customer TEXT,
  PRIMARY KEY (brand, visitor)
);

CREATE TABLE service_binding (
  id TEXT NOT NULL PRIMARY KEY,
  customer TEXT,
  group_id TEXT,
  rep TEXT,
  conversation TEXT,
  state TEXT,
  tap TEXT,
  touch TEXT,
  ended_by TEXT,
  undo_rep TEXT,
  created_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  undo_until_ms BIGINT NOT NULL
);

CREATE TABLE service_conversation (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  customer TEXT,
  binding TEXT,
  state TEXT,
  assignee TEXT,
  last_text TEXT,
  last_by TEXT,
  note TEXT,
  product TEXT,
  room TEXT,
  seq BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  read_by_rep BIGINT NOT NULL,
  read_by_customer BIGINT NOT NULL,
  waiting_since_ms BIGINT NOT NULL,
  room_ms BIGINT NOT NULL
);

CREATE TABLE service_message (
  id TEXT NOT NULL PRIMARY KEY,
  conversation TEXT,
  seq BIGINT NOT NULL,
  by_kind TEXT,
  author TEXT,
  name TEXT,
  client_id TEXT,
  kind TEXT,
  text TEXT,
  data TEXT,
  at_ms BIGINT NOT NULL,
  stream_ms BIGINT NOT NULL
);

CREATE TABLE service_call (
  id TEXT NOT NULL PRIMARY KEY,
  conversation TEXT,
  rep TEXT,
  state TEXT,
  media TEXT,
  room TEXT,
  end_reason TEXT,
  by_rep BIGINT NOT NULL,
  started_ms BIGINT NOT NULL,
  answered_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  rescues BIGINT NOT NULL
);

CREATE TABLE service_job (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  kind TEXT,
  from_rep TEXT,
  to_rep TEXT,
  to_group TEXT,
  notice TEXT,
  created_ms BIGINT NOT NULL,
  finished_ms BIGINT NOT NULL
);

CREATE TABLE service_job_item (
  job TEXT NOT NULL,
  binding TEXT NOT NULL,
  outcome TEXT,
  PRIMARY KEY (job, binding)
);

CREATE TABLE service_audit (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT,
  conversation TEXT,
  subject TEXT,
  act TEXT,
  reason TEXT,
  at_ms BIGINT NOT NULL
);

CREATE INDEX service_message_of ON service_message (conversation, seq);
CREATE INDEX service_message_at ON service_message (at_ms);
CREATE INDEX service_binding_of ON service_binding (customer);
CREATE INDEX service_conversation_of ON service_conversation (customer);
CREATE INDEX service_audit_of ON service_audit (conversation);
