-- SPDX-License-Identifier: Apache-2.0
-- A link whose page draws over the picture who looks at it.
ALTER TABLE recording_shares ADD COLUMN watermark BIGINT NOT NULL DEFAULT 0;
