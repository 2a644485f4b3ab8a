/* SPDX-License-Identifier: Apache-2.0 */
#include "room/panels.h"

#include <string.h>

#define HOST_MAX 253

static const char *const names[PARLOR_N_PANELS] = {"doc", "panel"};

const char *
parlor_panel_kind_name (ParlorPanelKind kind)
{
  return (guint)kind < PARLOR_N_PANELS ? names[kind] : NULL;
}

gboolean
parlor_panel_kind_from_name (const char *name, ParlorPanelKind *kind)
{
  for (guint i = 0; name != NULL && i < PARLOR_N_PANELS; i++)
    if (strcmp (names[i], name) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

const char *
parlor_panel_url (const ParlorRoomSettings *settings, ParlorPanelKind kind)
{
  return kind == PARLOR_PANEL_DOC     ? settings->doc_url
         : kind == PARLOR_PANEL_PANEL ? settings->panel_url
                                      : NULL;
}

/* A browser drops blanks, takes a backslash for a slash and decodes a host: such an address is not
 * what it seems. */
static gboolean
is_plain (const char *url)
{
  const char *slashes = strstr (url, "//");
  const char *host = slashes != NULL ? slashes + 2 : url;
  if (memchr (host, '%', strcspn (host, "/?#")) != NULL)
    return FALSE;
  for (const char *c = url; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c) || strchr ("\"<>\\^`{|}", *c) != NULL)
      return FALSE;
  return TRUE;
}

/* In small letters already. */
static gboolean
is_host (const char *host)
{
  return g_ascii_isalnum (host[0]) && strlen (host) <= HOST_MAX
         && strspn (host, G_CSET_a_2_z G_CSET_DIGITS "-.") == strlen (host)
         && strstr (host, "..") == NULL;
}

static gboolean
may_be_open (const char *host)
{
  return strcmp (host, "127.0.0.1") == 0 || strcmp (host, "localhost") == 0;
}

char *
parlor_panel_origin (const char *url, gboolean demo)
{
  if (url == NULL || strnlen (url, PARLOR_PANEL_URL_MAX + 1) > PARLOR_PANEL_URL_MAX
      || !is_plain (url))
    return NULL;
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_HAS_PASSWORD, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_userinfo (uri) != NULL)
    return NULL;
  const char *scheme = g_uri_get_scheme (uri);
  g_autofree char *host = g_ascii_strdown (g_uri_get_host (uri), -1);
  gboolean secure = strcmp (scheme, "https") == 0;
  gboolean fits = secure || (demo && strcmp (scheme, "http") == 0 && may_be_open (host));
  int port = g_uri_get_port (uri);
  if (!fits || !is_host (host) || port == 0)
    return NULL;
  return port < 0 || port == (secure ? 443 : 80)
             ? g_strdup_printf ("%s://%s", scheme, host)
             : g_strdup_printf ("%s://%s:%d", scheme, host, port);
}

char *
parlor_panel_origin_of (const ParlorRoom *room, ParlorPanelKind kind, gboolean demo)
{
  return parlor_panel_origin (parlor_panel_url (parlor_room_settings (room), kind), demo);
}
