/* SPDX-License-Identifier: Apache-2.0 */
#include "http/site.h"

#include <string.h>

gint64
parlor_site_now_us (const ParlorSite *site)
{
  return site->spec.clock->now_us (site->spec.clock);
}

gint64
parlor_site_wall_ms (const ParlorSite *site)
{
  return site->spec.clock->wall_ms (site->spec.clock);
}

gboolean
parlor_site_trusts (const ParlorSite *site, const ParlorHttpRequest *request)
{
  gboolean of_a_page = parlor_http_header (request, "Origin") != NULL;
  return site->spec.demo && request->loopback
         && (!of_a_page || parlor_cors_allows (&site->cors, request));
}

ParlorClaims *
parlor_site_claims (ParlorSite *site, const ParlorHttpRequest *request, GError **error)
{
  ParlorAuth *auth = parlor_keyring_auth (site->spec.keyring);
  return auth->verify (auth, parlor_http_bearer (request),
                       site->spec.clock->wall_ms (site->spec.clock), error);
}

char *
parlor_site_base_url (const ParlorSite *site, const ParlorHttpRequest *request)
{
  if (site->spec.public_url)
    {
      char *url = g_strdup (site->spec.public_url);
      while (g_str_has_suffix (url, "/"))
        url[strlen (url) - 1] = 0;
      return url;
    }
  const char *host = parlor_http_header (request, "Host");
  return g_strdup_printf ("http://%s", host ? host : "127.0.0.1");
}

char *
parlor_site_join_url (const ParlorSite *site, const ParlorHttpRequest *request, ParlorRoom *room)
{
  g_autofree char *base = parlor_site_base_url (site, request);
  const ParlorRoomInfo *info = parlor_room_info (room);
  return parlor_room_is_live (room) ? g_strdup_printf ("%s/l/%s", base, info->id)
                                    : g_strdup_printf ("%s/m#%s", base, info->code);
}
