-- SPDX-License-Identifier: Apache-2.0
-- Live rooms, what happens in them, who comes and what is sold. Times in …_ms: at_, made_, seen_, live_, ended_, scheduled_,
-- resolved_, changed_ are milliseconds since 1970; room_ms, from_ms and to_ms are the stream's clock.
CREATE TABLE products (
  brand TEXT NOT NULL,
  sku TEXT NOT NULL,
  title TEXT NOT NULL,
  image TEXT NOT NULL,
  url TEXT NOT NULL,
  price TEXT NOT NULL,
  stock TEXT NOT NULL,
  position BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (brand, sku)
);

-- The device key as SHA-256 alone.
CREATE TABLE visitors (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  customer TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  seen_ms BIGINT NOT NULL
);
CREATE INDEX visitors_customer ON visitors (customer);

CREATE TABLE entries (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  rep_group TEXT NOT NULL,
  room TEXT NOT NULL,
  product TEXT NOT NULL,
  rep TEXT NOT NULL,
  made_ms BIGINT NOT NULL
);

CREATE TABLE touches (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  visitor TEXT NOT NULL,
  entry TEXT NOT NULL,
  inviter TEXT NOT NULL,
  utm TEXT NOT NULL,
  room TEXT NOT NULL,
  room_ms BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX touches_visitor ON touches (visitor, at_ms);

-- The code as SHA-256 alone.
CREATE TABLE handoffs (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  visitor TEXT NOT NULL,
  room TEXT NOT NULL,
  sku TEXT NOT NULL,
  room_ms BIGINT NOT NULL,
  made_ms BIGINT NOT NULL,
  resolved_ms BIGINT NOT NULL
);

CREATE TABLE conversions (
  brand TEXT NOT NULL,
  order_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  handoff TEXT NOT NULL,
  customer TEXT NOT NULL,
  value TEXT NOT NULL,
  currency TEXT NOT NULL,
  counted BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (brand, order_id, kind)
);

CREATE TABLE live_rooms (
  room TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  image TEXT NOT NULL,
  host TEXT NOT NULL,
  state BIGINT NOT NULL,
  scheduled_ms BIGINT NOT NULL,
  live_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  made_ms BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  slow_s BIGINT NOT NULL,
  likes BIGINT NOT NULL,
  peak BIGINT NOT NULL,
  blocked TEXT NOT NULL
);

CREATE TABLE pins (
  id TEXT NOT NULL PRIMARY KEY,
  room TEXT NOT NULL,
  sku TEXT NOT NULL,
  note TEXT NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX pins_room ON pins (room, from_ms);

CREATE TABLE comments (
  id TEXT NOT NULL PRIMARY KEY,
  room TEXT NOT NULL,
  client_id TEXT NOT NULL,
  person TEXT NOT NULL,
  visitor TEXT NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  room_ms BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  flags BIGINT NOT NULL
);
CREATE INDEX comments_room ON comments (room, room_ms);

CREATE TABLE polls (
  id TEXT NOT NULL PRIMARY KEY,
  room TEXT NOT NULL,
  question TEXT NOT NULL,
  options TEXT NOT NULL,
  votes TEXT NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL
);
