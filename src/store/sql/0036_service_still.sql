-- SPDX-License-Identifier: Apache-2.0
-- The stream's picture at the tap, an upload of the conversation (src/service/rows.h).
ALTER TABLE service_conversation ADD COLUMN still TEXT;
