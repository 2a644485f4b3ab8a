/* SPDX-License-Identifier: Apache-2.0 */
#include "http/site.h"

#include "http/handlers.h"
#include "http/problem.h"
#include "http/recording_files.h"

#include <string.h>

#define MAX_ADDRESSES 10000
/* As many as WebSockets of one address: those of a carrier, of a campus. */
#define HLS_WAITS_OF_ADDRESS 2000

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
  /* A carrier's address has many people behind it; one address must not fill the cap of all. */
  site->new_visitors = parlor_rate_limit_new (600, 60, MAX_ADDRESSES);
  site->uploads = parlor_rate_limit_new (60, 30, MAX_ADDRESSES);
  /* Five wrong codes a minute and address: 50 bits are then out of reach. */
  site->wrong_codes = parlor_rate_limit_new (5, 5, MAX_ADDRESSES);
  site->sent_again = parlor_rate_limit_new (10, 1, MAX_ADDRESSES);
  /* What strangers try must not fill the disk. */
  site->refusals = parlor_rate_limit_new (60, 60, MAX_ADDRESSES);
  site->hls_waits = parlor_tally_new (HLS_WAITS_OF_ADDRESS);
  site->whip = parlor_whip_new ();
  site->door = parlor_door_new (spec->loop);
  site->quality = spec->loop ? parlor_quality_desk_new (spec->loop) : NULL;
  site->oidc = parlor_oidc_new (spec);
  site->manifests = parlor_manifests_new ();
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
  parlor_rate_limit_free (site->uploads);
  parlor_rate_limit_free (site->new_visitors);
  parlor_rate_limit_free (site->wrong_codes);
  parlor_rate_limit_free (site->sent_again);
  parlor_rate_limit_free (site->refusals);
  parlor_tally_free (site->hls_waits);
  parlor_whip_free (site->whip);
  parlor_door_free (site->door);
  parlor_quality_desk_free (site->quality);
  parlor_oidc_free (site->oidc);
  parlor_manifests_free (site->manifests);
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
