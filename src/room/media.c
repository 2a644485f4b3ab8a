/* SPDX-License-Identifier: Apache-2.0 */
#include "room/media.h"

static const char *const source_names[PARLOR_N_SOURCES] = {
    [PARLOR_SOURCE_MICROPHONE] = "microphone",
    [PARLOR_SOURCE_CAMERA] = "camera",
    [PARLOR_SOURCE_SCREEN] = "screen",
    [PARLOR_SOURCE_SCREEN_AUDIO] = "screen_audio",
};

static const char *const slot_names[] = {
    [PARLOR_SLOT_AUDIO] = "audio",
    [PARLOR_SLOT_VIDEO] = "video",
    [PARLOR_SLOT_SCREEN] = "screen",
    [PARLOR_SLOT_SCREEN_AUDIO] = "screen_audio",
};

const char *
parlor_source_kind_name (ParlorSourceKind kind)
{
  return (guint)kind < PARLOR_N_SOURCES ? source_names[kind] : NULL;
}

ParlorSourceKind
parlor_source_kind_from_name (const char *name)
{
  for (guint i = PARLOR_SOURCE_MICROPHONE; i < PARLOR_N_SOURCES; i++)
    if (g_strcmp0 (name, source_names[i]) == 0)
      return i;
  return PARLOR_SOURCE_NONE;
}

const char *
parlor_slot_kind_name (ParlorSlotKind kind)
{
  return (guint)kind < G_N_ELEMENTS (slot_names) ? slot_names[kind] : NULL;
}

gboolean
parlor_slot_kind_from_name (const char *name, ParlorSlotKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (slot_names); i++)
    if (g_strcmp0 (name, slot_names[i]) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

void
parlor_media_answer_clear (ParlorMediaAnswer *answer)
{
  g_clear_pointer (&answer->sdp, g_free);
  g_clear_pointer (&answer->ice_ufrag, g_free);
}
