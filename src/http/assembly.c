/* SPDX-License-Identifier: Apache-2.0 */
/* What a site is put together of: its bounds, and what its handlers keep. They stand on site.c. */
#include "http/handlers.h"
#include "http/recording_files.h"
#include "http/site.h"

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
