/* SPDX-License-Identifier: Apache-2.0 */
#include "brand/roles.h"

static const char *const role_names[] = {"owner",     "admin", "supervisor", "host",
                                         "assistant", "rep",   "auditor",    NULL};
static const char *const scope_names[] = {"rooms",      "tokens",   "live",  "service",
                                          "recordings", "sessions", "admin", NULL};
static const guint scope_roles[] = {
    PARLOR_BRAND_HOST,
    0,
    PARLOR_BRAND_HOST | PARLOR_BRAND_ASSISTANT,
    PARLOR_BRAND_SUPERVISOR | PARLOR_BRAND_REP,
    PARLOR_BRAND_AUDITOR,
    0,
    PARLOR_BRAND_ADMIN,
};

static guint
bit_of (const char *const *names, const char *name)
{
  for (guint i = 0; name != NULL && names[i] != NULL; i++)
    if (g_strcmp0 (names[i], name) == 0)
      return 1u << i;
  return 0;
}

static gboolean
parse (const char *const *names, const char *list, guint *mask)
{
  g_auto (GStrv) words = g_strsplit (list != NULL ? list : "", " ", 32);
  *mask = 0;
  for (guint i = 0; words[i] != NULL; i++)
    {
      guint bit = bit_of (names, words[i]);
      if (*words[i] != '\0' && bit == 0)
        return FALSE;
      *mask |= bit;
    }
  return TRUE;
}

static char *
format (const char *const *names, guint mask)
{
  GString *list = g_string_new (NULL);
  for (guint i = 0; names[i] != NULL; i++)
    if (mask & 1u << i)
      g_string_append_printf (list, "%s%s", list->len != 0 ? " " : "", names[i]);
  return g_string_free (list, FALSE);
}

guint
parlor_brand_role_from_name (const char *name)
{
  return bit_of (role_names, name);
}

gboolean
parlor_brand_roles_parse (const char *list, guint *roles)
{
  return parse (role_names, list, roles);
}

char *
parlor_brand_roles_format (guint roles)
{
  return format (role_names, roles);
}

guint
parlor_user_roles (const ParlorUser *user)
{
  guint roles = 0;
  parlor_brand_roles_parse (user->roles, &roles);
  return roles;
}

gboolean
parlor_scopes_parse (const char *list, guint *scopes)
{
  if (g_strcmp0 (list, "all") == 0)
    {
      *scopes = PARLOR_EVERY_SCOPE;
      return TRUE;
    }
  return parse (scope_names, list, scopes);
}

char *
parlor_scopes_format (guint scopes)
{
  return format (scope_names, scopes);
}

guint
parlor_scopes_roles (guint scopes)
{
  guint roles = 0;
  for (guint i = 0; i < G_N_ELEMENTS (scope_roles); i++)
    if (scopes & 1u << i)
      roles |= scope_roles[i];
  return roles;
}

gboolean
parlor_brand_may_grant (guint own, guint roles)
{
  if (own & PARLOR_BRAND_OWNER)
    return TRUE;
  return (own & PARLOR_BRAND_ADMIN) != 0 && (roles & PARLOR_BRAND_OWNER) == 0;
}
