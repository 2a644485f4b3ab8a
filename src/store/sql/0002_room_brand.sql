-- SPDX-License-Identifier: Apache-2.0
-- Whose room it is. Rooms from before belong to the keys of the config file.
ALTER TABLE rooms ADD COLUMN brand TEXT NOT NULL DEFAULT 'br_config';
