-- SPDX-License-Identifier: Apache-2.0
-- Who answers the viewers of a stream; '' = the brand's first group.
ALTER TABLE live_rooms ADD COLUMN rep_group TEXT NOT NULL DEFAULT '';
