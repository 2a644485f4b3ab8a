-- SPDX-License-Identifier: Apache-2.0
-- For how many days the files of a room's recordings stay here once an object store has them; -1 =
-- as the server says.
ALTER TABLE room_rules ADD COLUMN local_days BIGINT NOT NULL DEFAULT -1;
