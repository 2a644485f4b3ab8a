-- SPDX-License-Identifier: Apache-2.0
-- Made by somebody without a key or a sign-in: nothing is planned of it. Of rooms from before nobody knows.
ALTER TABLE rooms ADD COLUMN by_stranger BIGINT NOT NULL DEFAULT 0;
