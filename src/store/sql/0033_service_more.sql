-- SPDX-License-Identifier: Apache-2.0
-- A binding to a personal adviser, and the offer of becoming one (src/service/rows.h).
ALTER TABLE service_binding ADD COLUMN upgrade_rep TEXT;
ALTER TABLE service_binding ADD COLUMN personal_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service_binding ADD COLUMN upgrade_until_ms BIGINT NOT NULL DEFAULT 0;
