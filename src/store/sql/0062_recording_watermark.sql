-- SPDX-License-Identifier: Apache-2.0
-- A recording of a room that was watermarked: its player draws over the picture who looks at it.
ALTER TABLE recordings ADD COLUMN watermark BIGINT NOT NULL DEFAULT 0;
