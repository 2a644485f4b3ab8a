-- SPDX-License-Identifier: Apache-2.0
-- The room's clock when its last meeting was over: what was said and noted until then is not the next one's.
ALTER TABLE rooms ADD COLUMN rested_ms BIGINT NOT NULL DEFAULT 0;
