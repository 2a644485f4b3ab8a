-- SPDX-License-Identifier: Apache-2.0
-- A meeting whose pages encrypt with a key that the server never has.
ALTER TABLE room_settings ADD COLUMN end_to_end BIGINT NOT NULL DEFAULT 0;
