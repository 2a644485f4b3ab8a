-- SPDX-License-Identifier: Apache-2.0
-- A marker without a recording may have a picture, of whoever shared his screen and let it be taken.
ALTER TABLE markers ADD COLUMN still TEXT;
ALTER TABLE markers ADD COLUMN still_by TEXT;
