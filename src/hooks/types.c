/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/types.h"

#include <string.h>

/* A family, and what happens in it. "webhook.test" comes only when it is asked for. */
static const char *const families[][2] = {
    {"room", "created live ended closed invited"},
    {"participant", "joined left role"},
    {"viewer", "joined left"},
    {"share", "started stopped"},
    {"entry", "impression tap card_shown"},
    {"binding",
     "proposed active transferred refused ended upgrade_offered upgraded upgrade_declined"},
    {"customer", "tagged"},
    {"conversation", "state assigned reopened rated"},
    {"message", "created waiting read rated"},
    {"offer", "pending accepted rejected timeout rescinded"},
    {"rep", "presence departed"},
    {"call", "ringing connecting active held rescued ended expert_asked expert_joined expert_lost "
             "expert_left handed_over"},
    {"product", "pinned unpinned clicked"},
    {"handoff", "resolved"},
    {"conversion", "reported"},
    {"recording",
     "started paused resumed stopped ready failed viewed deleted rendered render_failed "
     "person_erased"},
    {"marker", "created"},
    {"minutes", "ready"},
    {"replay", "published withdrawn failed"},
    {"consent", "given refused"},
    {"keyword", "hit"},
    {"broadcast", "made withdrawn watched confirmed"},
    {"stats", "tick"},
    {"alert", "raised cleared"},
    {"hook", "degraded"},
    {"webhook", "test"},
};

static gboolean
has_word (const char *words, const char *word)
{
  for (const char *at = words; *at; at += strspn (at, " "))
    {
      gsize length = strcspn (at, " ");
      if (length == strlen (word) && !strncmp (at, word, length))
        return TRUE;
      at += length;
    }
  return FALSE;
}

gboolean
parlor_types_known (const char *type)
{
  const char *dot = strchr (type, '.');
  if (!dot)
    return !strcmp (type, "*");
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (strlen (families[i][0]) == (gsize)(dot - type)
        && !strncmp (families[i][0], type, (gsize)(dot - type)))
      return !strcmp (dot, ".*") || has_word (families[i][1], dot + 1);
  return FALSE;
}

char *
parlor_types_nth (guint n)
{
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_auto (GStrv) words = g_strsplit (families[i][1], " ", 0);
      guint length = g_strv_length (words);
      if (n < length)
        return g_strdup_printf ("%s.%s", families[i][0], words[n]);
      n -= length;
    }
  return NULL;
}
