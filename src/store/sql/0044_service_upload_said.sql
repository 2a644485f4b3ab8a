-- SPDX-License-Identifier: Apache-2.0
-- Whether a picture stands in a message or shows a tap, or waits for that (src/service/rows.h). Of those that are here nobody knows: they stay.
ALTER TABLE service_upload ADD COLUMN said BIGINT NOT NULL DEFAULT 1;
