/* SPDX-License-Identifier: Apache-2.0 */
#include "room/rights.h"

static const char *const role_names[PARLOR_N_ROLES] = {
    [PARLOR_ROLE_VIEWER] = "viewer",   [PARLOR_ROLE_GUEST] = "guest",
    [PARLOR_ROLE_PARTNER] = "partner", [PARLOR_ROLE_MEMBER] = "member",
    [PARLOR_ROLE_HOST] = "host",
};

/* What a role allows at most. */
static const ParlorRights role_rights[PARLOR_N_ROLES] = {
    [PARLOR_ROLE_VIEWER] = PARLOR_RIGHT_SUBSCRIBE | PARLOR_RIGHT_CHAT,
    [PARLOR_ROLE_GUEST] = PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE | PARLOR_RIGHT_CHAT,
    [PARLOR_ROLE_PARTNER] = PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE | PARLOR_RIGHT_CHAT,
    [PARLOR_ROLE_MEMBER] = PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE | PARLOR_RIGHT_CHAT,
    [PARLOR_ROLE_HOST] = PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE | PARLOR_RIGHT_CHAT
                         | PARLOR_RIGHT_MODERATE | PARLOR_RIGHT_RECORD,
};

static const char *const right_names[PARLOR_N_RIGHTS] = {
    "publish.microphone", "publish.camera", "publish.screen", "subscribe", "chat",
    "moderate",           "record",
};

const char *
parlor_role_name (ParlorRole role)
{
  return (guint)role < PARLOR_N_ROLES ? role_names[role] : NULL;
}

gboolean
parlor_role_from_name (const char *name, ParlorRole *role)
{
  for (guint i = 0; i < PARLOR_N_ROLES; i++)
    if (g_strcmp0 (name, role_names[i]) == 0)
      {
        *role = i;
        return TRUE;
      }
  return FALSE;
}

const char *
parlor_right_name (guint i)
{
  return i < PARLOR_N_RIGHTS ? right_names[i] : NULL;
}

ParlorRights
parlor_right_from_publish (const char *name)
{
  if (g_strcmp0 (name, "mic") == 0)
    return PARLOR_RIGHT_PUBLISH_MICROPHONE;
  return parlor_right_for_source (parlor_source_kind_from_name (name));
}

ParlorRights
parlor_right_for_source (ParlorSourceKind kind)
{
  switch (kind)
    {
    case PARLOR_SOURCE_MICROPHONE:
      return PARLOR_RIGHT_PUBLISH_MICROPHONE;
    case PARLOR_SOURCE_CAMERA:
      return PARLOR_RIGHT_PUBLISH_CAMERA;
    case PARLOR_SOURCE_SCREEN:
    case PARLOR_SOURCE_SCREEN_AUDIO:
      return PARLOR_RIGHT_PUBLISH_SCREEN;
    default:
      return PARLOR_RIGHT_NONE;
    }
}

ParlorRights
parlor_role_rights (ParlorRole role)
{
  return (guint)role < PARLOR_N_ROLES ? role_rights[role] : PARLOR_RIGHT_NONE;
}

ParlorRights
parlor_rights_effective (ParlorRole role, ParlorRights granted)
{
  ParlorRights allowed = parlor_role_rights (role);
  return allowed & ((granted & PARLOR_RIGHTS_OF_TOKEN) | ~PARLOR_RIGHTS_OF_TOKEN);
}
