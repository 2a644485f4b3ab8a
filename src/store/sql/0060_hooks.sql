-- SPDX-License-Identifier: Apache-2.0
-- Events, and how far each subscription has got. src/hooks/rows.h says what the columns mean.
CREATE TABLE events (
  seq BIGINT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  type TEXT NOT NULL,
  entity TEXT NOT NULL,
  entity_seq BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  room_ms BIGINT NOT NULL,
  trace TEXT,
  customer TEXT,
  data TEXT NOT NULL,
  content TEXT
);
CREATE INDEX events_of_brand ON events (brand, seq);
CREATE INDEX events_by_time ON events (at_ms);
CREATE INDEX events_of_customer ON events (customer);

CREATE TABLE event_heads (
  entity TEXT NOT NULL PRIMARY KEY,
  entity_seq BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX event_heads_by_time ON event_heads (at_ms);

CREATE TABLE webhooks (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  url TEXT NOT NULL,
  types TEXT NOT NULL,
  scopes TEXT NOT NULL,
  secrets TEXT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  created_ms BIGINT NOT NULL
);

CREATE TABLE webhook_positions (
  webhook TEXT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL
);

CREATE TABLE webhook_deliveries (
  webhook TEXT NOT NULL,
  seq BIGINT NOT NULL,
  event_type TEXT NOT NULL,
  entity TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  first_ms BIGINT NOT NULL,
  next_ms BIGINT NOT NULL,
  status BIGINT NOT NULL,
  failure TEXT,
  PRIMARY KEY (webhook, seq)
);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (first_ms);

CREATE TABLE decision_hooks (
  brand TEXT NOT NULL,
  hook TEXT NOT NULL,
  url TEXT NOT NULL,
  secrets TEXT NOT NULL,
  fail_closed BIGINT NOT NULL,
  signed_answers BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (brand, hook)
);
