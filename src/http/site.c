/* SPDX-License-Identifier: Apache-2.0 */
#include "http/site.h"

#include "http/handlers.h"
#include "http/problem.h"

#include <string.h>

#define MAX_ADDRESSES 10000

ParlorSite *
parlor_site_new (const ParlorSiteSpec *spec)
{
  ParlorSite *site = g_new0 (ParlorSite, 1);
  site->spec = *spec;
  site->cors = (ParlorCors){spec->origins, spec->public_url, spec->demo};
  site->files = spec->web_dir ? parlor_static_new (spec->web_dir) : NULL;
  site->joins = parlor_rate_limit_new (spec->joins_burst ? spec->joins_burst : 600,
                                       spec->joins_per_minute ? spec->joins_per_minute : 6000,
                                       MAX_ADDRESSES);
  site->rooms_made = parlor_rate_limit_new (100, 120, MAX_ADDRESSES);
  /* Five wrong codes a minute and address: 50 bits are then out of reach. */
  site->wrong_codes = parlor_rate_limit_new (5, 5, MAX_ADDRESSES);
  site->whip = parlor_whip_new ();
  return site;
}

void
parlor_site_free (ParlorSite *site)
{
  if (!site)
    return;
  parlor_static_free (site->files);
  parlor_rate_limit_free (site->joins);
  parlor_rate_limit_free (site->rooms_made);
  parlor_rate_limit_free (site->wrong_codes);
  parlor_whip_free (site->whip);
  g_free (site);
}

gboolean
parlor_site_event (ParlorSite *site, const ParlorRoomEvent *event)
{
  return parlor_whip_event (site->whip, event);
}

gboolean
parlor_site_trusts (const ParlorSite *site, const ParlorHttpRequest *request)
{
  return site->spec.demo && request->loopback;
}

/* The id (transfer full) of the key that the request brings and proves. */
static gboolean
take_key (const ParlorSite *site, const ParlorHttpRequest *request, char **id)
{
  const char *value = parlor_http_header (request, "Authorization");
  if (!value || g_ascii_strncasecmp (value, "Basic ", 6))
    return FALSE;
  gsize size = 0;
  g_autofree guchar *bytes = g_base64_decode (value + 6, &size);
  g_autofree char *text = g_strndup ((const char *)bytes, size);
  char *colon = strchr (text, ':');
  if (!colon)
    return FALSE;
  *colon = 0;
  if (!parlor_keyring_check (site->spec.keyring, text, colon + 1))
    return FALSE;
  *id = g_strdup (text);
  return TRUE;
}

gboolean
parlor_site_has_key (const ParlorSite *site, const ParlorHttpRequest *request)
{
  g_autofree char *id = NULL;
  return take_key (site, request, &id);
}

static gboolean
key_principal (ParlorSite *site, const ParlorHttpRequest *request, ParlorPrincipal *out)
{
  g_autofree char *id = NULL;
  if (!take_key (site, request, &id))
    return FALSE;
  *out = (ParlorPrincipal){.caller = PARLOR_CALLER_KEY, .roles = PARLOR_BRAND_EVERY_ROLE};
  g_strlcpy (out->brand, parlor_keyring_brand (site->spec.keyring, id), sizeof out->brand);
  g_strlcpy (out->subject, id, sizeof out->subject);
  g_strlcpy (out->by, id, sizeof out->by);
  return TRUE;
}

gboolean
parlor_site_principal (ParlorSite *site, const ParlorHttpRequest *request, ParlorPrincipal *out)
{
  *out = (ParlorPrincipal){.caller = PARLOR_CALLER_STRANGER};
  if (parlor_http_bearer (request))
    {
      g_autoptr (ParlorClaims) claims = parlor_site_claims (site, request, NULL);
      if (claims)
        parlor_claims_principal (claims, out);
      return claims != NULL;
    }
  if (parlor_http_header (request, "Authorization"))
    return key_principal (site, request, out);
  if (!parlor_site_trusts (site, request))
    return FALSE;
  *out = (ParlorPrincipal){.caller = PARLOR_CALLER_USER,
                           .brand = PARLOR_DEMO_BRAND,
                           .subject = "usr_demo",
                           .roles = PARLOR_BRAND_EVERY_ROLE};
  return TRUE;
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
