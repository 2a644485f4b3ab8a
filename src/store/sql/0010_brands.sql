-- SPDX-License-Identifier: Apache-2.0
-- Brands, their people, keys and sign-ins. Times are milliseconds since 1970, 0 = never.
-- Lists are words with one blank between them. Passwords are argon2id, sign-ins SHA-256;
-- api_keys.secret and brands.secret are readable (docs/decisions/0045).
CREATE TABLE brands (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  origins TEXT NOT NULL,
  domains TEXT NOT NULL,
  hours TEXT NOT NULL,
  confirm TEXT NOT NULL,
  may_start TEXT NOT NULL,
  consent TEXT NOT NULL,
  retention_days BIGINT NOT NULL,
  secret TEXT NOT NULL,
  oidc_issuer TEXT,
  oidc_client TEXT,
  oidc_secret TEXT,
  created_ms BIGINT NOT NULL,
  closed_ms BIGINT NOT NULL
);

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  "groups" TEXT NOT NULL,
  rep TEXT,
  password TEXT,
  subject TEXT,
  created_ms BIGINT NOT NULL,
  seen_ms BIGINT NOT NULL,
  disabled_ms BIGINT NOT NULL
);

CREATE TABLE api_keys (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  name TEXT NOT NULL,
  secret TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  used_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  revoked_ms BIGINT NOT NULL
);

CREATE TABLE signins (
  id TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  person TEXT NOT NULL,
  hash TEXT NOT NULL,
  roles TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  used_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL
);
