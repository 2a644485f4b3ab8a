/* SPDX-License-Identifier: Apache-2.0 */
#include "room/webvtt.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Each cue is a line of text within the bounds. */
static void
look (const ParlorWebvttCue *cue, gpointer user_data)
{
  guint *n = user_data;
  if (cue->to_ms <= cue->from_ms || cue->from_ms < 0 || cue->text[0] == '\0'
      || strlen (cue->text) > PARLOR_WEBVTT_TEXT_MAX
      || strlen (cue->speaker) > PARLOR_WEBVTT_NAME_MAX || strpbrk (cue->text, "\r\n") != NULL
      || strpbrk (cue->speaker, "\r\n") != NULL || !g_utf8_validate (cue->text, -1, NULL)
      || !g_utf8_validate (cue->speaker, -1, NULL) || ++*n > PARLOR_WEBVTT_CUES_MAX)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  guint n = 0, line;
  parlor_webvtt_parse ((const char *)data, size, look, &n, &line);
  return 0;
}
