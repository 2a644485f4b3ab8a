/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the HTTP handlers work on: the rooms, the keys, the pages, the limits, and the WHIP and WHEP
 * sessions, which live here. Start reading at routes.h.
 *
 * Thread: control.
 */
#pragma once

#include "base/event.h"
#include "base/api.h"
#include "base/audit.h"
#include "base/tally.h"
#include "brand/brands.h"
#include "http/cors.h"
#include "http/metrics.h"
#include "http/ratelimit.h"
#include "http/request.h"
#include "http/server.h"
#include "http/static.h"
#include "http/token.h"
#include "room/clock.h"
#include "room/erasures.h"
#include "base/ids.h"
#include "room/participant.h"
#include "room/passes.h"
#include "room/recordings.h"
#include "room/renders.h"
#include "room/room.h"
#include "room/rooms.h"
#include "room/schedules.h"
#include "room/settings.h"
#include "room/shares.h"

G_BEGIN_DECLS

/** RTCIceServer objects for this person (transfer full array); identity NULL = nobody in
   particular: then only servers without credentials. */
typedef json_t *(*ParlorIceServersFunc) (const char *identity, gpointer user_data);

/* Of src/live, by name alone. */
typedef struct _ParlorLive ParlorLive;
typedef struct _ParlorProducts ParlorProducts;
typedef struct _ParlorVisitors ParlorVisitors;
typedef struct _ParlorHandoffs ParlorHandoffs;
typedef struct _ParlorHls ParlorHls;
typedef struct _ParlorBroadcasts ParlorBroadcasts;
typedef struct _ParlorInvites ParlorInvites;
typedef struct _ParlorBots ParlorBots;
typedef struct _ParlorLiveHours ParlorLiveHours;
typedef struct _ParlorReplays ParlorReplays;

/** Everything borrowed, to outlive the site, unless said otherwise. */
typedef struct
{
  ParlorRooms *rooms;
  ParlorKeyring *keyring;
  ParlorBrands *brands;
  ParlorRecordSink *records; /**< nullable: nothing survives, answers promise nothing */
  ParlorAudit *audit;        /**< nullable: no audit log */
  uv_loop_t *loop;           /**< for what is done off it: passwords, OIDC */
  /** Whether a brand may make the server call this address; asked on any thread. NULL = none. */
  gboolean (*may_call) (const struct sockaddr *address, gpointer user_data);
  gpointer may_call_data;
  ParlorClock *clock;
  ParlorRandom random;
  const char *web_dir; /**< folder of the pages; NULL = none, then `/` says how to begin */
  const char
      *public_url; /**< nullable: "https://meet.example", for links; else the request's Host */
  const char *const *origins; /**< nullable */
  gboolean demo;
  gboolean anyone_may_start;
  guint joins_burst, joins_per_minute; /**< by address; 0/0 = 600 at once, 6,000 a minute */
  ParlorIceServersFunc ice_servers;    /**< nullable */
  ParlorApi *hooks;                    /**< nullable: /v1/events, /v1/webhooks, /v1/hooks are 503 */
  gpointer ice_data;
  ParlorRecordings *recordings; /**< nullable: nothing is recorded here */
  ParlorSchedules *schedules;   /**< nullable, with the next: rooms are here and now alone */
  ParlorPasses *passes;
  ParlorShares *shares;          /**< nullable: no links to recordings */
  ParlorRenders *renders;        /**< nullable: no files are made of recordings */
  ParlorErasures *erasures;      /**< nullable: nobody is taken out of recordings */
  const char *recordings_folder; /**< each recording's folder lies in it, by its id */
  /** Nullable, both or none: the picture of a marker without a recording, under the marker's id.
      FALSE: the disk does not take it; -1: there is none. */
  gboolean (*keep_still) (const char *marker, const GByteArray *bytes, gpointer user_data);
  int (*open_still) (const char *marker, guint64 *size, gpointer user_data);
  gpointer still_data;
  ParlorDecipherFunc decipher; /**< nullable: all of them are in the clear */
  gpointer decipher_data;
  ParlorBringFunc bring; /**< nullable: they lie here, or nowhere */
  gpointer bring_data;
  ParlorClipFunc
      clip; /**< nullable: of a file that reaches beyond a link's part nothing is given */
  /** Nullable: found out when it is asked for. */
  ParlorClipPrepareFunc clip_prepare;
  gpointer clip_data;
  ParlorHttpUpgradeFunc websocket; /**< takes the sockets of /v1/rt; nullable */
  gpointer websocket_data;
  ParlorLive *live; /**< nullable, with the next three: no live rooms */
  ParlorProducts *products;
  ParlorVisitors *visitors;
  ParlorHandoffs *handoffs;
  ParlorHls *hls;               /**< nullable: no HLS here */
  ParlorBroadcasts *broadcasts; /**< nullable, with the next three: as `live` */
  ParlorInvites *invites;
  ParlorBots *bots;
  ParlorLiveHours *hours;
  ParlorReplays *replays; /**< nullable: none are published */
  /** Nullable. Of a player that has just come: whether he can be shown the picture. */
  ParlorFit (*judge_player) (const ParlorParticipant *player, gpointer user_data);
  gpointer judge_data;
  /** Nullable: the shelf of this brand changed. */
  void (*shelf_changed) (const char *brand, gpointer user_data);
  gpointer shelf_data;
  /** Nullable: rings a signed-in person; `json` is taken. */
  void (*ring) (const char *brand, const char *user, json_t *json, gpointer user_data);
  gpointer ring_data;
  /** Nullable. A pass was taken back: open sockets and sessions are to be looked at, after the
      call (parlor_site_recheck () is a part of that). */
  void (*revoked) (gpointer user_data);
  gpointer revoked_data;
  const struct _ParlorServiceSite *service; /**< nullable: /v1/reps and the like are 503 */
  ParlorEventFunc happened;                 /**< nullable */
  gpointer happened_data;
} ParlorSiteSpec;

typedef struct _ParlorWhip ParlorWhip; /* handle_whip.c: the sessions */
typedef struct _ParlorOidc ParlorOidc; /* handle_oidc.c: what is under way with providers */
typedef struct _ParlorQualityDesk ParlorQualityDesk; /* handle_quality.c: files in the making */
typedef struct _ParlorDoor ParlorDoor;           /* handle_signin.c: passwords and their limits */
typedef struct _ParlorManifests ParlorManifests; /* recording_files.c: those that are looked at */

/** Fields are for the handlers of this folder. */
typedef struct
{
  ParlorSiteSpec spec;
  ParlorCors cors;
  ParlorStatic *files; /**< nullable */
  ParlorRateLimit *joins;
  ParlorRateLimit *rooms_made;
  ParlorRateLimit *uploads;      /* pictures, by address */
  ParlorRateLimit *new_visitors; /* those that are remembered, by network */
  ParlorRateLimit *wrong_codes;
  ParlorRateLimit *sent_again; /* invitations, each by its id */
  ParlorRateLimit *refusals;   /* audit lines of them, by brand */
  ParlorTally *hls_waits;      /* requests that wait for what is not there yet, by address */
  ParlorWhip *whip;
  ParlorDoor *door;
  ParlorQualityDesk *quality; /**< nullable: no loop */
  ParlorOidc *oidc;
  ParlorManifests *manifests;
} ParlorSite;

ParlorSite *parlor_site_new (const ParlorSiteSpec *spec);
void parlor_site_free (ParlorSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSite, parlor_site_free)

/** A domain event of a WHIP or WHEP session. FALSE: the session is not one of ours, nothing was
 * done. */
gboolean parlor_site_event (ParlorSite *site, const ParlorRoomEvent *event);

/** Something was taken back: WHIP and WHEP sessions that rest on it end. */
void parlor_site_recheck (ParlorSite *site);

/**
 * Who asks: a bearer token's holder, an API key (Basic), a signed-in person, in the demo the
 * loopback (owner of PARLOR_DEMO_BRAND, every role). What is brought and not good counts as
 * nothing, not as the next in this row. FALSE: a stranger, `out` is zeroed.
 */
gboolean parlor_site_principal (ParlorSite *site, const ParlorHttpRequest *request,
                                ParlorPrincipal *out);

/** Whether this host serves the page that asks: its own, one of the config's, one of a brand's. The
    caller's own brand is looked at by parlor_site_principal (). */
gboolean parlor_site_allows_origin (ParlorSite *site, const ParlorHttpRequest *request);

/** Whether the page that asks may touch this brand's things: it is ours, one of the config's
   origins or one of the brand's. TRUE where no page asks. */
gboolean parlor_site_origin_fits (ParlorSite *site, const ParlorHttpRequest *request,
                                  const char *brand);
/** The same; when it may not, `reply` is 403 `origin_refused`. */
gboolean parlor_site_welcomes (ParlorSite *site, const ParlorHttpRequest *request,
                               const char *brand, ParlorHttpReply *reply);
/** The Origin of a page that is not of this host: no cookie counts there. NULL = ours, or no page.
    Borrowed from the request. */
const char *parlor_site_foreign (const ParlorSite *site, const ParlorHttpRequest *request);

/** Whether a stranger may make a room: by the configuration, or as the brand chose. */
gboolean parlor_site_anyone_may_start (ParlorSite *site);

/** Whether this request needs no token: the demo, from this very machine, and from no page of a
    brand's own site. */
gboolean parlor_site_trusts (const ParlorSite *site, const ParlorHttpRequest *request);

/** The sign-in's cookie. The prefix makes browsers insist on Secure, Path=/ and no Domain. */
#define PARLOR_SITE_COOKIE "__Host-parlor"
/** A cookie's value (transfer full), NULL = none. */
char *parlor_site_cookie (const ParlorHttpRequest *request, const char *name);
/** What the page of this cookie sends as X-Parlor-CSRF (transfer full). */
char *parlor_site_csrf (const char *secret);

/** The bearer token's claims, or NULL with PARLOR_ERROR_UNAUTHORIZED (no token included). */
ParlorClaims *parlor_site_claims (ParlorSite *site, const ParlorHttpRequest *request,
                                  GError **error);

/** Who the request's cookies say the browser is, for each brand that knows it: "br_a=vis_x br_b=…"
    (transfer full), of at most 8 cookies; "" = unknown to all. */
char *parlor_site_visitors (ParlorSite *site, const ParlorHttpRequest *request);

gint64 parlor_site_now_us (const ParlorSite *site);
gint64 parlor_site_wall_ms (const ParlorSite *site);

/** "https://meet.example" without a slash at the end (transfer full). */
char *parlor_site_base_url (const ParlorSite *site, const ParlorHttpRequest *request);

/** The link that leads into the room (transfer full). */
char *parlor_site_join_url (const ParlorSite *site, const ParlorHttpRequest *request,
                            ParlorRoom *room);

/** The admin port's application: /healthz, /readyz, /metrics. */
typedef struct
{
  ParlorMetrics *metrics; /**< borrowed */
  /** NULL = ready; else what is missing, static. */
  const char *(*not_ready) (gpointer user_data);
  gpointer user_data;
} ParlorAdminSite;

gsize parlor_admin_body_limit (const ParlorHttpRequest *request, gpointer admin);
void parlor_admin_handle (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer admin);

G_END_DECLS
