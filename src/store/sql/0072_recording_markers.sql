-- SPDX-License-Identifier: Apache-2.0
-- How many markers a recording has, for the portal's list.
ALTER TABLE recordings ADD COLUMN markers BIGINT NOT NULL DEFAULT 0;
UPDATE recordings SET markers =
  (SELECT COUNT(*) FROM markers m WHERE m.recording = recordings.id AND m.version = 1);
