-- SPDX-License-Identifier: Apache-2.0
-- A render may leave parts out: "from_ms to_ms" of the room's clock, one a line. When it is ready,
-- clock says what lies where in its file: "from_ms to_ms file_ms". width 0 = 16:9.
ALTER TABLE recording_renders ADD COLUMN width BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recording_renders ADD COLUMN cuts TEXT;
ALTER TABLE recording_renders ADD COLUMN clock TEXT;
