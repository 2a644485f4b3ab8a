-- SPDX-License-Identifier: Apache-2.0
-- After how many hours without a word a brand's conversations end (src/brand/records.h).
ALTER TABLE brands ADD COLUMN silence_h BIGINT NOT NULL DEFAULT 48;
