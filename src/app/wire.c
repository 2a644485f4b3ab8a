/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire.h"

#include "app/control.h"
#include "app/ice_servers.h"
#include "app/log.h"
#include "app/wire_bring.h"
#include "app/wire_erase.h"
#include "app/wire_hls.h"
#include "app/wire_hooks.h"
#include "app/wire_live.h"
#include "app/wire_operate.h"
#include "app/wire_plans.h"
#include "app/wire_quality.h"
#include "app/wire_brand.h"
#include "app/wire_service.h"
#include "app/wire_stage.h"
#include "app/wire_stats.h"
#include "app/wire_record.h"
#include "app/wire_render.h"
#include "app/wire_replay.h"
#include "app/wire_store.h"
#include "http/routes.h"
#include "media/plane.h"
#include "room/rooms.h"
#include "signal/signal.h"

#include <errno.h>
#include <gst/gst.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* Pages are told and close by themselves; whoever does not is cut off. Well below the promised 10
 * s, since the store and the workers end after it. */
#define GOODBYE_MS 2000
#define STORE_CLOSE_MS 3000
#define SEAL_MS 3000
#define RECEIVE_BUFFER_WANTED (4u << 20)

struct _ParlorApp
{
  const ParlorConfig *config; /* borrowed */
  ParlorClock clock;
  ParlorRandom random;

  /* owned, in the order of making */
  uv_loop_t loop;
  ParlorKeyring *keyring;
  ParlorStore *store; /* nullable */
  ParlorAudit *audit; /* nullable */
  ParlorWireHooks *hooks;
  ParlorWireStats *stats; /* what passes by on its way to the log */
  ParlorWireBrand *brand;
  ParlorMediaPlane *plane;
  uv_poll_t media_poll;
  ParlorWireRecord record;
  ParlorWireRender *render;
  ParlorWireErase *erase;
  ParlorWireReplay *replay;
  ParlorRooms *rooms;
  ParlorWirePlans *plans;
  ParlorWireLive *live;
  ParlorWireService *service;
  ParlorSignal *signal;
  ParlorMetrics *metrics;
  ParlorSite *site;
  ParlorHttpServer *http;
  ParlorAdminSite admin_site;
  ParlorHttpServer *admin;
  ParlorOperate *operate;
  ParlorControl *control;
  ParlorWireHls *hls;
  ParlorWireStage *stage;
  char *web_dir;

  /* state */
  uv_prepare_t prepare; /* before each sleep: what the domain put off */
  uv_timer_t domain_timer;
  uv_async_t store_wake;
  uv_signal_t sigterm, sigint;
  uv_timer_t goodbye;
  gboolean has_handles;
  gboolean ending, last_wait;
};

/* ---- what the domain stands on -------------------------------------------------------------- */

static gint64
clock_now_us (ParlorClock *clock)
{
  return g_get_monotonic_time ();
}

static gint64
clock_wall_ms (ParlorClock *clock)
{
  return g_get_real_time () / 1000;
}

static void
fill_random (guint8 *out, gsize size, gpointer user_data)
{
  for (gsize n = 0; n < size;)
    {
      ssize_t got = getrandom (out + n, size - n, 0);
      if (got > 0)
        n += (gsize)got;
      else if (errno != EINTR)
        g_error ("the kernel gives no random numbers: %s", g_strerror (errno));
    }
}

static json_t *
ice_servers (const char *identity, gpointer user_data)
{
  ParlorApp *app = user_data;
  return parlor_ice_servers (app->config, identity, clock_wall_ms (NULL));
}

/* WHIP, WHEP and injected sessions first: they know theirs; everything else is for the pages. */
static void
on_room_event (const ParlorRoomEvent *event, gpointer user_data)
{
  ParlorApp *app = user_data;
  if (app->live)
    parlor_wire_live_room_event (app->live, event);
  if (app->service)
    parlor_wire_service_room_event (app->service, event);
  gboolean taken = (app->site && parlor_site_event (app->site, event))
                   || (app->control && parlor_control_event (app->control, event));
  if (!taken)
    parlor_signal_event (app->signal, event);
}

static void
on_websocket (int fd, const void *extra, gsize extra_length, const ParlorHttpRequest *request,
              gpointer user_data)
{
  ParlorApp *app = user_data;
  g_autofree char *base_url = parlor_site_base_url (app->site, request);
  ParlorSignalSocket socket = {
      .fd = fd,
      .extra = extra,
      .extra_length = extra_length,
      .peer = request->peer,
      .base_url = base_url,
      .trusted = parlor_site_trusts (app->site, request),
      .deflates = parlor_http_deflates (request),
  };
  parlor_site_principal (app->site, request, &socket.principal);
  g_autofree char *visitors = parlor_site_visitors (app->site, request);
  socket.visitors = visitors;
  socket.origin = parlor_site_foreign (app->site, request);
  socket.of_all = parlor_cors_allows (&app->site->cors, request);
  parlor_signal_adopt (app->signal, &socket);
}

/* ---- the domain's own time ------------------------------------------------------------------ */

static void
on_domain_timer (uv_timer_t *timer)
{
  /* The loop woke up; on_prepare () does the rest. */
}

static void
on_prepare (uv_prepare_t *prepare)
{
  ParlorApp *app = prepare->data;
  gint64 now_us = clock_now_us (NULL);
  if (app->ending && !parlor_signal_sessions (app->signal)
      && parlor_supervisor_is_idle (app->record.supervisor)
      && parlor_wire_hooks_is_idle (app->hooks))
    uv_stop (&app->loop);
  if (parlor_rooms_next_us (app->rooms) <= now_us)
    parlor_rooms_poll (app->rooms, now_us);
  if (parlor_wire_live_next_us (app->live) <= now_us)
    parlor_wire_live_poll (app->live, now_us);
  gint64 next_us = MIN (parlor_rooms_next_us (app->rooms), parlor_wire_live_next_us (app->live));
  next_us = MIN (next_us, parlor_wire_service_poll (app->service));
  if (next_us == G_MAXINT64)
    uv_timer_stop (&app->domain_timer);
  else
    uv_timer_start (&app->domain_timer, on_domain_timer,
                    (guint64)MAX ((next_us - clock_now_us (NULL) + 999) / 1000, 0), 0);
}

static void
on_store_wake (uv_async_t *async)
{
  ParlorApp *app = async->data;
  app->store->ops->dispatch (app->store);
}

static void
wake_for_store (gpointer user_data)
{
  ParlorApp *app = user_data;
  uv_async_send (&app->store_wake);
}

static void
on_media (uv_poll_t *poll, int status, int events)
{
  ParlorApp *app = poll->data;
  parlor_media_plane_dispatch (app->plane);
}

/* ---- numbers -------------------------------------------------------------------------------- */

static void
add_media_metric (gpointer page, const char *name, const char *label, const char *label_value,
                  double value)
{
  parlor_metrics_add (page, name, label, label_value, value);
}

static void
add_metrics (ParlorMetricsPage *page, gpointer user_data)
{
  ParlorApp *app = user_data;
  const ParlorSignalStats *stats = parlor_signal_stats (app->signal);
  parlor_metrics_add (page, "parlor_rooms", NULL, NULL, parlor_rooms_count (app->rooms));
  parlor_metrics_add (page, "parlor_participants", NULL, NULL,
                      parlor_rooms_count_participants (app->rooms));
  parlor_metrics_add (page, "parlor_http_connections", NULL, NULL,
                      parlor_http_server_connections (app->http));
  parlor_metrics_add (page, "parlor_websockets", NULL, NULL, parlor_signal_sessions (app->signal));
  parlor_metrics_add (page, "parlor_websockets_refused_total", NULL, NULL,
                      (double)stats->refused_sockets);
  parlor_metrics_add (page, "parlor_rt_messages_received_total", NULL, NULL,
                      (double)stats->sockets.messages_in);
  parlor_metrics_add (page, "parlor_rt_messages_sent_total", NULL, NULL,
                      (double)stats->sockets.messages_out);
  parlor_metrics_add (page, "parlor_rt_messages_refused_total", NULL, NULL,
                      (double)stats->refused_messages);
  parlor_metrics_add (page, "parlor_websocket_slow_readers_total", NULL, NULL,
                      (double)stats->sockets.slow_readers);
  parlor_metrics_add (page, "parlor_websocket_lies_total", NULL, NULL, (double)stats->sockets.lies);
  parlor_wire_hls_metrics (app->hls, page);
  parlor_wire_stage_metrics (app->stage, page);
  parlor_wire_quality_metrics (parlor_rooms_quality (app->rooms), page);
  if (app->store)
    parlor_wire_store_metrics (app->store, page);
  parlor_wire_hooks_metrics (app->hooks, page);
  parlor_wire_service_metrics (app->service, page);
  parlor_wire_record_metrics (&app->record, page);
  parlor_wire_render_metrics (app->render, page);
  parlor_media_plane_foreach_metric (app->plane, add_media_metric, page);
}

static const char *
not_ready (gpointer user_data)
{
  const ParlorApp *app = user_data;
  if (app->ending)
    return "The server is shutting down.";
  if (parlor_rooms_is_draining (app->rooms))
    return "The server is being drained.";
  return parlor_wire_store_problem (app->store);
}

/* ---- the parts, one by one ------------------------------------------------------------------ */

static gboolean
make_keyring (ParlorApp *app, GError **error)
{
  const GPtrArray *keys = app->config->keys;
  const char *brand = app->config->demo ? PARLOR_DEMO_BRAND : PARLOR_CONFIG_BRAND;
  app->keyring = parlor_keyring_new ();
  for (guint i = 0; i < keys->len; i++)
    {
      const ParlorConfigKey *key = keys->pdata[i];
      if (!parlor_keyring_add_of (app->keyring, brand, key->id, key->secret, error))
        {
          g_prefix_error (error, "API key \"%s\": ", key->id);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
make_folder (ParlorApp *app, GError **error)
{
  if (!g_mkdir_with_parents (app->config->data_dir, 0700)
      && !access (app->config->data_dir, W_OK | X_OK))
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
               "cannot write to the data folder %s: %s; choose another by --data-dir",
               app->config->data_dir, g_strerror (errno));
  return FALSE;
}

static gboolean
make_store (ParlorApp *app, GError **error)
{
  app->store = parlor_wire_store_new (app->config, error);
  if (!app->store)
    return FALSE;
  app->store->ops->set_wake (app->store, wake_for_store, app);
  app->audit = parlor_wire_audit_new (app->store, error);
  return app->audit != NULL;
}

static gboolean
make_brand (ParlorApp *app, GError **error)
{
  ParlorWireBrandSpec spec = {
      .loop = &app->loop,
      .config = app->config,
      .clock = &app->clock,
      .random = app->random,
      .store = app->store,
      .audit = app->audit,
  };
  app->brand = parlor_wire_brand_new (&spec, error);
  if (app->brand)
    parlor_keyring_set_brands (app->keyring, parlor_wire_brand_get (app->brand));
  return app->brand != NULL;
}

/* A registry of our own: what somebody installs for other programs does not change ours in mid-run,
 * and the first start of a new version does not find a stale one. */
static gboolean
start_gstreamer (ParlorApp *app, GError **error)
{
  g_autofree char *registry = g_build_filename (app->config->data_dir,
                                                "gstreamer-" PARLOR_VERSION ".bin", NULL);
  g_setenv ("GST_REGISTRY", registry, FALSE);
  return gst_init_check (NULL, NULL, error);
}

static gboolean
make_media (ParlorApp *app, GError **error)
{
  ParlorMediaPlaneConfig config = {
      .n_workers = (guint)app->config->workers,
      .spread_from = (guint)app->config->spread_from,
      .crypto = app->config->crypto,
      .no_gso = app->config->no_gso,
      .no_gro = app->config->no_gro,
      .gather_us = (gint)app->config->gather_us,
      .udp_port = (guint16)app->config->udp_port,
      .tcp_port = (guint16)app->config->tcp_port,
      .announce = (const char *const *)app->config->announce,
  };
  if (!start_gstreamer (app, error) || !(app->plane = parlor_media_plane_new (&config, error)))
    return FALSE;
  gsize buffer = parlor_media_plane_get_receive_buffer_bytes (app->plane);
  if (buffer < RECEIVE_BUFFER_WANTED)
    parlor_log (PARLOR_LOG_WARNING,
                "the UDP receive buffer has %" G_GSIZE_FORMAT " bytes, bursts may be lost: "
                "sysctl net.core.rmem_max=8388608",
                buffer);
  return TRUE;
}

static ParlorMedia *
media_of (ParlorApp *app)
{
  return parlor_media_plane_get_media (app->plane);
}

static gboolean
make_hooks (ParlorApp *app, GError **error)
{
  app->hooks = parlor_wire_hooks_new (app->config, &app->loop, app->store, &app->clock,
                                      &app->random, error);
  if (app->hooks)
    app->stats = parlor_wire_stats_new (app->hooks, app->store);
  return app->hooks != NULL;
}

static gboolean
make_rooms (ParlorApp *app, GError **error)
{
  ParlorRoomsSpec spec = {
      .clock = &app->clock,
      .random = app->random,
      .media = media_of (app),
      .store = app->store,
      .event = on_room_event,
      .user_data = app,
      .happened = parlor_wire_hooks_event,
      .happened_data = app->hooks,
  };
  parlor_room_limits_default (&spec.limits);
  app->record.random = &app->random;
  if (!parlor_wire_record_init (&app->record, &app->loop, app->config, media_of (app), app->store,
                                app->audit, error))
    return FALSE;
  spec.recorder = parlor_supervisor_recorder (app->record.supervisor);
  spec.recordings = app->record.recordings;
  parlor_wire_record_keep (&app->record, &app->loop, parlor_wire_brand_get (app->brand),
                           parlor_wire_hooks_event, app->hooks);
  app->rooms = parlor_rooms_new (&spec);
  if (!parlor_rooms_load (app->rooms, clock_now_us (NULL), error))
    return FALSE;
  ParlorWirePlansSpec plans = {.loop = &app->loop,
                               .clock = &app->clock,
                               .random = &app->random,
                               .store = app->store,
                               .rooms = app->rooms,
                               .keyring = app->keyring};
  if (!(app->plans = parlor_wire_plans_new (&plans, error)))
    return FALSE;
  parlor_wire_record_restore (&app->record, app->rooms, app->store, clock_now_us (NULL));
  app->render = parlor_wire_render_new (&(ParlorWireRenderSpec){.loop = &app->loop,
                                                                .record = &app->record,
                                                                .store = app->store,
                                                                .audit = app->audit,
                                                                .random = app->random,
                                                                .happened = parlor_wire_hooks_event,
                                                                .happened_data = app->hooks},
                                        error);
  ParlorWireEraseSpec erase = {.loop = &app->loop,
                               .record = &app->record,
                               .rooms = app->rooms,
                               .renders = app->render != NULL ? app->render->renders : NULL,
                               .store = app->store,
                               .audit = app->audit,
                               .random = app->random,
                               .happened = parlor_wire_hooks_event,
                               .happened_data = app->hooks};
  app->erase = app->render != NULL ? parlor_wire_erase_new (&erase, error) : NULL;
  return app->erase != NULL;
}

static gboolean
make_live (ParlorApp *app, GError **error)
{
  ParlorWireLiveSpec spec = {
      .loop = &app->loop,
      .clock = &app->clock,
      .random = app->random,
      .store = app->store,
      .rooms = app->rooms,
      .keyring = app->keyring,
      .demo = app->config->demo,
      .tick_s = (guint)app->config->stats_every,
      .happened = parlor_wire_stats_event,
      .happened_data = app->stats,
      .hooks = parlor_wire_hooks_decisions (app->hooks),
  };
  if (!(app->live = parlor_wire_live_new (&spec, error)))
    return FALSE;
  app->replay = parlor_wire_replay_new (&(ParlorWireReplaySpec){.loop = &app->loop,
                                                                .record = &app->record,
                                                                .render = app->render,
                                                                .live = app->live,
                                                                .store = app->store,
                                                                .audit = app->audit,
                                                                .random = app->random,
                                                                .happened = parlor_wire_hooks_event,
                                                                .happened_data = app->hooks},
                                        error);
  return app->replay != NULL;
}

static void
make_signal (ParlorApp *app)
{
  ParlorSignalSpec spec = {
      .loop = &app->loop,
      .rooms = app->rooms,
      .auth = parlor_keyring_auth (app->keyring),
      .clock = &app->clock,
      .random = app->random,
      .max_sockets = (guint)app->config->sockets,
      .max_sockets_of_address = (guint)app->config->sockets_per_address,
      .demo = app->config->demo,
      .ice_servers = ice_servers,
      .ice_data = app,
      .live = app->live->live,
      .products = app->live->products,
      .brands = parlor_wire_brand_get (app->brand),
      .visitors = app->live->visitors,
      .passes = parlor_wire_plans_passes (app->plans),
      .broadcasts = app->live->audience->broadcasts,
      .invites = app->live->audience->invites,
      .stage_token = parlor_wire_live_stage_token,
      .stage_data = app->live,
  };
  app->signal = parlor_signal_new (&spec);
  parlor_wire_live_start (app->live, app->signal);
}

static gboolean
make_service (ParlorApp *app, GError **error)
{
  ParlorWireServiceSpec spec = {
      .config = app->config,
      .clock = &app->clock,
      .random = app->random,
      .store = app->store,
      .rooms = app->rooms,
      .keyring = app->keyring,
      .signal = app->signal,
      .brands = parlor_wire_brand_get (app->brand),
      .products = app->live->products,
      .hooks = parlor_wire_hooks_decisions (app->hooks),
      .audit = app->audit,
      .happened = parlor_wire_stats_event,
      .happened_data = app->stats,
      .erase_elsewhere = parlor_wire_hooks_forget,
      .erase_data = app->hooks,
      .forget_visitor = parlor_wire_live_forget,
      .forget_customer = parlor_wire_live_forget_customer,
      .say_in_rooms = parlor_wire_live_say,
      .forget_data = app->live,
  };
  app->service = parlor_wire_service_new (&spec, error);
  if (app->service)
    parlor_wire_stats_tie (app->stats, app->live, parlor_wire_service_site (app->service)->service);
  if (app->service)
    parlor_wire_live_set_house (app->live, parlor_wire_brand_get (app->brand),
                                parlor_wire_service_site (app->service)->service);
  return app->service != NULL;
}

/* The folder given, else the one of the build tree this program stands in (build/src/parlord →
 * web/dist), else the installed one. */
static char *
find_web_dir (const ParlorConfig *config, const char *program)
{
  if (config->web_dir)
    return g_strdup (config->web_dir);
  g_autofree char *path = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (path ? path : program);
  char *of_tree = g_canonicalize_filename ("../../web/dist", folder);
  if (g_file_test (of_tree, G_FILE_TEST_IS_DIR))
    return of_tree;
  g_free (of_tree);
  return g_strdup ("/usr/share/parlor/web");
}

static void
ring (const char *brand, const char *user, json_t *json, gpointer user_data)
{
  parlor_signal_ring (((ParlorApp *)user_data)->signal, brand, user, json);
}

static gboolean
make_site (ParlorApp *app, const char *program, GError **error)
{
  const ParlorConfig *config = app->config;
  app->web_dir = find_web_dir (config, program);
  if (config->web_dir && !g_file_test (app->web_dir, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "--web-dir %s is no folder",
                   app->web_dir);
      return FALSE;
    }
  app->hls = parlor_wire_hls_new (&app->loop, media_of (app), app->rooms, app->live->live);
  app->stage = parlor_wire_stage_new (
      &(ParlorWireStageSpec){.loop = &app->loop,
                             .media = media_of (app),
                             .rooms = app->rooms,
                             .live = app->live->live,
                             .hls = app->hls,
                             .places = (guint)config->stages,
                             .cap_percent = (guint)config->stage_cpu});
  ParlorSiteSpec spec = {
      .rooms = app->rooms,
      .keyring = app->keyring,
      .brands = parlor_wire_brand_get (app->brand),
      .may_call = parlor_wire_brand_may_call,
      .may_call_data = app->brand,
      .records = parlor_store_records (app->store),
      .audit = app->audit,
      .loop = &app->loop,
      .clock = &app->clock,
      .random = app->random,
      .web_dir = app->web_dir,
      .public_url = config->public_url,
      .origins = (const char *const *)config->origins,
      .demo = config->demo,
      .anyone_may_start = config->anyone_may_start,
      .joins_burst = (guint)config->joins_burst,
      .joins_per_minute = (guint)config->joins_per_minute,
      .ice_servers = ice_servers,
      .ice_data = app,
      .hooks = parlor_wire_hooks_api (app->hooks),
      .recordings = app->record.recordings,
      .shares = app->record.shares,
      .schedules = parlor_wire_plans_schedules (app->plans),
      .passes = parlor_wire_plans_passes (app->plans),
      .recordings_folder = app->record.folder,
      .keep_still = parlor_wire_record_keep_still,
      .open_still = parlor_wire_record_open_still,
      .still_data = &app->record,
      .decipher = parlor_wire_record_decipher,
      .decipher_data = &app->record,
      .bring = parlor_wire_bring_ask,
      .bring_data = app->record.bring,
      .clip = parlor_clips_read,
      .clip_prepare = parlor_clips_prepare,
      .clip_data = app->record.clips,
      .renders = app->render->renders,
      .erasures = parlor_wire_erase_get (app->erase),
      .replays = app->replay->replays,
      .websocket = on_websocket,
      .websocket_data = app,
      .live = app->live->live,
      .products = app->live->products,
      .visitors = app->live->visitors,
      .handoffs = app->live->handoffs,
      .broadcasts = app->live->audience->broadcasts,
      .invites = app->live->audience->invites,
      .bots = app->live->audience->bots,
      .hours = app->live->audience->hours,
      .hls = parlor_wire_hls_get (app->hls),
      .judge_player = parlor_wire_stage_judge,
      .judge_data = app->stage,
      .shelf_changed = parlor_wire_live_shelf_changed,
      .shelf_data = app->live,
      .happened = parlor_wire_stats_event,
      .happened_data = app->stats,
      .ring = ring,
      .ring_data = app,
      .revoked = parlor_wire_brand_recheck,
      .revoked_data = app->brand,
      .service = parlor_wire_service_site (app->service),
  };
  app->site = parlor_site_new (&spec);
  parlor_wire_brand_watch (app->brand, app->signal, app->site);
  return TRUE;
}

static gboolean
make_http (ParlorApp *app, GError **error)
{
  ParlorHttpOptions options = {
      .address = app->config->http_address,
      .port = (guint16)app->config->http_port,
      .trust_proxy = app->config->trust_proxy,
  };
  ParlorHttpApp pages = {parlor_routes_body_limit, parlor_routes_handle, app->site,
                         parlor_routes_admit};
  app->http = parlor_http_server_new (&app->loop, &options, &pages, error);
  return app->http != NULL;
}

static gboolean
make_admin (ParlorApp *app, GError **error)
{
  ParlorHttpOptions options = {.address = "127.0.0.1", .port = (guint16)app->config->admin_port};
  app->metrics = parlor_metrics_new ();
  parlor_metrics_add_source (app->metrics, add_metrics, app);
  app->admin_site = (ParlorAdminSite){app->metrics, not_ready, app};
  ParlorHttpApp admin = {parlor_admin_body_limit, parlor_admin_handle, &app->admin_site};
  app->admin = parlor_http_server_new (&app->loop, &options, &admin, error);
  return app->admin != NULL;
}

static gboolean
make_control (ParlorApp *app, GError **error)
{
  g_autofree char *path = g_build_filename (app->config->data_dir, "control.sock", NULL);
  ParlorOperateThings things = {
      .site = parlor_wire_service_site (app->service),
      .recordings = app->record.recordings,
      .brands = parlor_wire_brand_get (app->brand),
      .audit = app->audit,
      .clock = &app->clock,
  };
  app->operate = parlor_operate_new (&(ParlorOperateSpec){.loop = &app->loop,
                                                          .rooms = app->rooms,
                                                          .hooks = app->hooks,
                                                          .things = things,
                                                          .more = parlor_wire_brand_control,
                                                          .more_data = app->brand});
  ParlorControlSpec spec = {
      .loop = &app->loop,
      .path = path,
      .rooms = app->rooms,
      .media = media_of (app),
      .keyring = app->keyring,
      .clock = &app->clock,
      .more = parlor_operate_control,
      .more_data = app->operate,
  };
  app->control = parlor_control_new (&spec, error);
  return app->control != NULL;
}

/* ---- the loop ------------------------------------------------------------------------------- */

static void
on_goodbye (uv_timer_t *timer)
{
  ParlorApp *app = timer->data;
  /* A recording is worth some seconds more. */
  if (!app->last_wait && !parlor_supervisor_is_idle (app->record.supervisor))
    uv_timer_start (timer, on_goodbye, SEAL_MS, 0);
  else
    uv_stop (timer->loop);
  app->last_wait = TRUE;
}

static void
on_terminate (uv_signal_t *handle, int signum)
{
  ParlorApp *app = handle->data;
  if (app->ending)
    {
      uv_stop (&app->loop); /* asked twice */
      return;
    }
  app->ending = TRUE;
  parlor_log (PARLOR_LOG_INFO, "shutting down");
  parlor_http_server_quiesce (app->http);
  parlor_rooms_shutdown (app->rooms, clock_now_us (NULL));
  uv_timer_start (&app->goodbye, on_goodbye, GOODBYE_MS, 0);
}

static void
make_handles (ParlorApp *app)
{
  uv_loop_init (&app->loop);
  uv_prepare_init (&app->loop, &app->prepare);
  uv_timer_init (&app->loop, &app->domain_timer);
  uv_timer_init (&app->loop, &app->goodbye);
  uv_async_init (&app->loop, &app->store_wake, on_store_wake);
  uv_signal_init (&app->loop, &app->sigterm);
  uv_signal_init (&app->loop, &app->sigint);
  app->prepare.data = app->domain_timer.data = app->store_wake.data = app;
  app->sigterm.data = app->sigint.data = app->goodbye.data = app;
  app->has_handles = TRUE;
}

static void
start_handles (ParlorApp *app)
{
  signal (SIGPIPE, SIG_IGN);
  uv_prepare_start (&app->prepare, on_prepare);
  uv_signal_start (&app->sigterm, on_terminate, SIGTERM);
  uv_signal_start (&app->sigint, on_terminate, SIGINT);
  app->media_poll.data = app;
  uv_poll_init (&app->loop, &app->media_poll, parlor_media_plane_get_fd (app->plane));
  uv_poll_start (&app->media_poll, UV_READABLE, on_media);
}

ParlorApp *
parlor_app_new (const ParlorConfig *config, const char *program, GError **error)
{
  g_autoptr (ParlorApp) app = g_new0 (ParlorApp, 1);
  app->config = config;
  app->clock = (ParlorClock){clock_now_us, clock_wall_ms};
  app->random = (ParlorRandom){fill_random, NULL};
  make_handles (app);
  if (!make_keyring (app, error) || !make_folder (app, error) || !make_store (app, error)
      || !make_brand (app, error) || !make_media (app, error) || !make_hooks (app, error)
      || !make_rooms (app, error) || !make_live (app, error))
    return NULL;
  make_signal (app);
  if (!make_service (app, error) || !make_site (app, program, error) || !make_http (app, error)
      || !make_admin (app, error) || !make_control (app, error))
    return NULL;
  start_handles (app);
  return g_steal_pointer (&app);
}

guint16
parlor_app_http_port (const ParlorApp *app)
{
  return parlor_http_server_port (app->http);
}

void
parlor_app_run (ParlorApp *app)
{
  uv_run (&app->loop, UV_RUN_DEFAULT);
}

static void
close_handle (uv_handle_t *handle, void *data)
{
  if (!uv_is_closing (handle))
    uv_close (handle, NULL);
}

/* The edges first, so that nothing new comes in; then the domain; what it stands on last. */
void
parlor_app_free (ParlorApp *app)
{
  if (!app)
    return;
  /* Waiting for threads below runs the loop: nothing that is half gone is called by it. */
  if (app->plane && app->media_poll.data)
    uv_poll_stop (&app->media_poll);
  parlor_wire_render_stop (app->render);
  parlor_control_free (g_steal_pointer (&app->control));
  parlor_operate_free (g_steal_pointer (&app->operate));
  parlor_wire_record_quit (&app->record);     /* whoever is answered by it may ask for a file */
  parlor_wire_bring_free (app->record.bring); /* who waits for a file is answered */
  parlor_http_server_free (app->admin);
  parlor_http_server_free (app->http);
  parlor_wire_erase_free (app->erase);
  parlor_wire_hls_free (app->hls); /* no request can come any more */
  parlor_wire_stage_free (app->stage);
  parlor_wire_brand_stop (app->brand);
  parlor_signal_free (app->signal);
  parlor_wire_replay_free (app->replay);
  if (app->stats)
    parlor_wire_stats_tie (app->stats, NULL, NULL);
  parlor_wire_live_free (app->live);
  app->live = NULL;
  uv_prepare_stop (&app->prepare);
  uv_run (&app->loop, UV_RUN_NOWAIT); /* what was closed above is freed */
  parlor_site_free (app->site);
  parlor_wire_service_free (app->service);
  parlor_metrics_free (app->metrics);
  parlor_wire_plans_free (app->plans);
  parlor_rooms_free (app->rooms);
  parlor_wire_render_free (app->render);
  parlor_wire_record_clear (&app->record);
  parlor_media_plane_free (app->plane);
  parlor_wire_hooks_stop (app->hooks);
  parlor_audit_free (app->audit);
  if (app->store)
    app->store->ops->close (app->store, STORE_CLOSE_MS);
  parlor_wire_stats_free (app->stats);
  parlor_wire_hooks_free (app->hooks);
  parlor_keyring_free (app->keyring);
  parlor_wire_brand_free (app->brand);
  uv_walk (&app->loop, close_handle, NULL);
  uv_run (&app->loop, UV_RUN_DEFAULT);
  uv_loop_close (&app->loop);
  g_free (app->web_dir);
  g_free (app);
}
