-- SPDX-License-Identifier: Apache-2.0
-- What was said in recordings: cues as JSON, from the recording's beginning on, and their words for
-- the search.
CREATE TABLE recording_transcripts (
  recording TEXT NOT NULL PRIMARY KEY,
  brand TEXT NOT NULL,
  cues TEXT NOT NULL,
  words TEXT NOT NULL,
  author TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
