-- SPDX-License-Identifier: Apache-2.0
-- When a departure that was said before it is to be begins; 0 = at once (src/service/rows.h).
ALTER TABLE service_job ADD COLUMN due_ms BIGINT NOT NULL DEFAULT 0;
