/* SPDX-License-Identifier: Apache-2.0 */
#include "media/plane.h"

#include <gio/gio.h>
#include <string.h>

#include "base/addr.h"
#include "base/time.h"
#include "media/plane_internal.h"
#include "udpgather.h"

#define DEFAULT_MAX_ENDPOINTS 10000
/* docs/decisions/0042. */
#define DEFAULT_SPREAD_FROM 250

G_DEFINE_QUARK (parlor - media - error, parlor_media_error)

/* --- events
 * --------------------------------------------------------------------------------------------- */

static ParlorSourceRef
make_ref (ParlorMediaPlane *self, ParlorSourceId id)
{
  const ParlorMediaSource *source = g_hash_table_lookup (self->sources, &id);
  if (id == 0 || source == NULL)
    return (ParlorSourceRef){0, PARLOR_SOURCE_NONE};
  return (ParlorSourceRef){source->endpoint->id, source->kind};
}

/* Events of a session that has ended in the meantime name nobody: FALSE. */
static gboolean
name_transport (ParlorMediaPlane *self, const ParlorRouterEvent *from, ParlorMediaEvent *to)
{
  const ParlorMediaEndpoint *endpoint = g_hash_table_lookup (self->transports, &from->transport);
  if (endpoint == NULL)
    return FALSE;
  to->endpoint = endpoint->id;
  return TRUE;
}

/* A second encoding is the server's own matter. */
static gboolean
name_source (ParlorMediaPlane *self, const ParlorRouterEvent *from, ParlorMediaEvent *to)
{
  const ParlorMediaSource *source = g_hash_table_lookup (self->sources, &from->source);
  if (source != NULL && source->is_second)
    return FALSE;
  to->source = make_ref (self, from->source);
  to->endpoint = to->source.endpoint;
  return to->endpoint != 0;
}

/* As docs/protocol.md writes it: "vp8". */
static gboolean
name_active (ParlorMediaPlane *self, const ParlorRouterEvent *from, ParlorMediaEvent *to)
{
  ParlorMediaSource *source = g_hash_table_lookup (self->sources, &from->source);
  g_autofree char *name = g_ascii_strdown (parlor_codec_info (from->codec)->name, -1);
  if (source != NULL && source->active != from->codec_key)
    {
      source->active = from->codec_key;
      parlor_media_endpoint_refit (source->endpoint, source->kind);
    }
  to->codec = *name != '\0' ? g_intern_string (name) : NULL;
  return name_source (self, from, to);
}

static gboolean
name_room (ParlorMediaPlane *self, const ParlorRouterEvent *from, ParlorMediaEvent *to)
{
  const ParlorMediaRoom *room = g_hash_table_lookup (self->rooms_by_id, &from->room);
  if (room == NULL)
    return FALSE;
  to->room = room->name;
  to->source = make_ref (self, from->source);
  for (guint i = 0; i < MIN (from->n_speaking, PARLOR_MAX_SPEAKING); i++)
    {
      ParlorEndpointId endpoint = make_ref (self, from->speaking[i]).endpoint;
      if (endpoint != 0)
        to->speaking[to->n_speaking++] = endpoint;
    }
  return TRUE;
}

static gboolean
name_slot (ParlorMediaPlane *self, const ParlorRouterEvent *from, ParlorMediaEvent *to)
{
  to->slot = from->slot;
  to->source = make_ref (self, from->source);
  to->has_rtp = from->has_rtp && to->source.endpoint != 0;
  to->rtp_timestamp = from->rtp_timestamp;
  return name_transport (self, from, to);
}

static gboolean
name_clock (ParlorMediaPlane *self, const ParlorRouterEvent *from, ParlorMediaEvent *to)
{
  to->slot = from->slot;
  to->has_rtp = TRUE;
  to->rtp_timestamp = from->rtp_timestamp;
  to->capture_us = from->capture_us;
  return name_transport (self, from, to);
}

/* From its next picture on it is shown anew, or as it is. */
static void
note_going_back (ParlorMediaPlane *self, const ParlorRouterEvent *from)
{
  ParlorMediaEndpoint *endpoint = g_hash_table_lookup (self->transports, &from->transport);
  for (guint kind = 0; endpoint != NULL && kind < PARLOR_N_SOURCES; kind++)
    {
      ParlorMediaSource *source = &endpoint->sources[kind];
      gboolean goes_back = source->id != 0 && source->id == from->source;
      if (source->goes_back == goes_back)
        continue;
      source->goes_back = goes_back;
      parlor_media_endpoint_refit (endpoint, kind);
    }
}

static gboolean
name_quality (ParlorMediaPlane *self, const ParlorRouterEvent *from, ParlorMediaEvent *to)
{
  to->quality = (ParlorMediaQuality){from->loss_up,   from->loss_down, from->rtt_ms,
                                     from->up_bps,    from->down_bps,  from->estimate_bps,
                                     from->n_reduced, from->n_paused};
  to->quality.jitter_up_ms = from->jitter_up_ms;
  to->quality.jitter_down_ms = from->jitter_down_ms;
  to->quality.height_up = from->height_up;
  to->quality.height_down = from->height_down;
  memcpy (to->quality.shown, from->shown, sizeof to->quality.shown);
  to->quality.fps_up = from->fps_up;
  to->quality.b_frames = from->b_frames;
  memcpy (to->quality.key_asked, from->key_asked, sizeof to->quality.key_asked);
  note_going_back (self, from);
  return name_transport (self, from, to);
}

static gboolean
name_layers (ParlorMediaPlane *self, const ParlorRouterEvent *from, ParlorMediaEvent *to)
{
  G_STATIC_ASSERT (sizeof to->rids == sizeof from->rids);
  to->n_rids = from->n_rids;
  memcpy (to->rids, from->rids, sizeof to->rids);
  return name_source (self, from, to);
}

static const struct
{
  ParlorMediaEventType type;
  gboolean (*name) (ParlorMediaPlane *self, const ParlorRouterEvent *from, ParlorMediaEvent *to);
} event_table[] = {
    [PARLOR_ROUTER_CONNECTED] = {PARLOR_MEDIA_CONNECTED, name_transport},
    [PARLOR_ROUTER_FAILED] = {PARLOR_MEDIA_FAILED, name_transport},
    [PARLOR_ROUTER_SOURCE_ACTIVE] = {PARLOR_MEDIA_SOURCE_ACTIVE, name_active},
    [PARLOR_ROUTER_SOURCE_IDLE] = {PARLOR_MEDIA_SOURCE_IDLE, name_source},
    [PARLOR_ROUTER_SLOT_SHOWN] = {PARLOR_MEDIA_SLOT_SHOWN, name_slot},
    [PARLOR_ROUTER_SPEAKER] = {PARLOR_MEDIA_SPEAKER, name_room},
    [PARLOR_ROUTER_SPEAKING] = {PARLOR_MEDIA_SPEAKING, name_room},
    [PARLOR_ROUTER_QUALITY] = {PARLOR_MEDIA_QUALITY, name_quality},
    [PARLOR_ROUTER_LAYERS] = {PARLOR_MEDIA_LAYERS, name_layers},
    [PARLOR_ROUTER_SLOT_CLOCK] = {PARLOR_MEDIA_SLOT_CLOCK, name_clock},
};

/* Each worker of a room finds who speaks there; one of them is believed. */
static gboolean
may_tell (ParlorMediaPlane *self, guint worker, const ParlorRouterEvent *event)
{
  const ParlorMediaRoom *room = g_hash_table_lookup (self->rooms_by_id, &event->room);
  return (event->type != PARLOR_ROUTER_SPEAKER && event->type != PARLOR_ROUTER_SPEAKING)
         || (room != NULL && room->home == worker);
}

static void
take_router_event (gpointer user_data, guint worker, const ParlorRouterEvent *event)
{
  ParlorMediaPlane *self = user_data;
  ParlorMediaEvent named = {0};
  if ((guint)event->type >= G_N_ELEMENTS (event_table) || self->event_func == NULL
      || !may_tell (self, worker, event))
    return;
  named.type = event_table[event->type].type;
  if (event_table[event->type].name (self, event, &named))
    self->event_func (&named, self->event_data);
}

static void
set_event_func (ParlorMedia *media, ParlorMediaEventFunc func, gpointer user_data)
{
  ParlorMediaPlane *self = (ParlorMediaPlane *)media;
  self->event_func = func;
  self->event_data = user_data;
}

static void
sweep_taps (ParlorMediaPlane *self)
{
  GHashTableIter iter;
  gpointer endpoint;
  g_hash_table_iter_init (&iter, self->endpoints);
  while (g_hash_table_iter_next (&iter, NULL, &endpoint))
    if (((ParlorMediaEndpoint *)endpoint)->tracks->len > 0)
      parlor_media_taps_sweep (endpoint);
}

void
parlor_media_plane_dispatch (ParlorMediaPlane *self)
{
  parlor_worker_set_dispatch (self->workers);
  sweep_taps (self);
}

/* --- life
 * ------------------------------------------------------------------------------------------------
 */

static guint
gather_us (const ParlorMediaPlaneConfig *config)
{
  if (config->gather_us < 0)
    return 0;
  return config->gather_us > 0 ? (guint)MIN (config->gather_us, PARLOR_GATHER_MAX_US)
                               : PARLOR_GATHER_DEFAULT_US;
}

static gboolean
start_workers (ParlorMediaPlane *self, const ParlorMediaPlaneConfig *config,
               ParlorSrtpBackend crypto, GError **error)
{
  guint n_cores = g_get_num_processors ();
  const ParlorWorkerSetConfig workers = {
      .n_workers = CLAMP (config->n_workers ? config->n_workers : n_cores, 1, PARLOR_WORKERS_MAX),
      .n_dtls_threads = config->n_dtls_threads ? config->n_dtls_threads : n_cores,
      .port = config->udp_port,
      .bind_address = config->bind_address,
      .gso = !config->no_gso,
      .gro = !config->no_gro,
      .gather_us = gather_us (config),
      .crypto = crypto,
      .dtls = self->dtls,
      .event_func = take_router_event,
      .user_data = self,
  };
  self->workers = parlor_worker_set_new (&workers, error);
  return self->workers != NULL;
}

static gboolean
start_tcp (ParlorMediaPlane *self, const ParlorMediaPlaneConfig *config, GError **error)
{
  g_autoptr (GError) why = NULL;
  const ParlorTcpFrontConfig tcp = {.address = config->bind_address,
                                    .port = config->tcp_port,
                                    .media_port = parlor_worker_set_get_port (self->workers)};
  if (config->tcp_port == 0)
    return TRUE;
  self->tcp = parlor_tcp_front_new (&tcp, &why);
  if (self->tcp == NULL)
    g_set_error (error, PARLOR_MEDIA_ERROR,
                 g_error_matches (why, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)
                     ? PARLOR_MEDIA_ERROR_PORT_TAKEN
                     : PARLOR_MEDIA_ERROR_BIND,
                 "%s; choose another by --tcp-port, or 0 for none", why->message);
  return self->tcp != NULL;
}

static gboolean
check_addresses (const char *const *announce, GError **error)
{
  ParlorAddr addr;
  for (guint i = 0; announce != NULL && announce[i] != NULL; i++)
    if (!parlor_addr_parse (announce[i], 0, &addr) || parlor_addr_is_unspecified (&addr))
      {
        g_set_error (error, PARLOR_MEDIA_ERROR, PARLOR_MEDIA_ERROR_ADDRESS,
                     "--announce %s: not an IP address", announce[i]);
        return FALSE;
      }
  return TRUE;
}

/* A crypto object is made once to see that the backend is there. */
static gboolean
check_crypto (const char *name, ParlorSrtpBackend *backend, GError **error)
{
  g_autoptr (ParlorCrypto) crypto = NULL;
  if (parlor_srtp_backend_parse (name ? name : "auto", backend))
    crypto = parlor_crypto_new (*backend);
  if (crypto == NULL)
    g_set_error (error, PARLOR_MEDIA_ERROR, PARLOR_MEDIA_ERROR_CRYPTO,
                 "--crypto %s: this machine has no such means; auto, openssl, ipsec, ipsec-avx2, "
                 "ipsec-avx or ipsec-sse",
                 name ? name : "auto");
  return crypto != NULL;
}

static gboolean
make_identity (ParlorMediaPlane *self, GError **error)
{
  self->certificate = parlor_certificate_new (g_get_real_time () / G_USEC_PER_SEC);
  if (self->certificate != NULL)
    self->dtls = parlor_dtls_context_new (self->certificate);
  if (self->dtls == NULL)
    g_set_error_literal (error, PARLOR_MEDIA_ERROR, PARLOR_MEDIA_ERROR_CRYPTO,
                         "OpenSSL would not make a DTLS certificate");
  return self->dtls != NULL;
}

static void
make_tables (ParlorMediaPlane *self)
{
  self->endpoints = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                           parlor_media_endpoint_free);
  self->transports = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->sources = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->rooms = g_hash_table_new (g_str_hash, g_str_equal);
  self->rooms_by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
}

static const ParlorMediaOps ops = {
    .set_event_func = set_event_func,
    .open = parlor_media_endpoint_open,
    .negotiate = parlor_media_negotiate,
    .patch = parlor_media_patch,
    .close = parlor_media_endpoint_close,
    .select = parlor_media_endpoint_select,
    .set_source_open = parlor_media_endpoint_set_source_open,
    .tap_open = parlor_media_tap_open,
    .tap_keep = parlor_media_tap_keep,
    .tap_drop = parlor_media_tap_drop,
    .tap_codecs = parlor_media_tap_codecs,
    .inject_open = parlor_media_inject_open,
    .second_open = parlor_media_second_open,
    .each_misfit = parlor_media_each_misfit,
    .decodes = parlor_media_decodes,
    .sends = parlor_media_sends,
};

static void
warn_of_surroundings (ParlorMediaPlane *self)
{
  gsize bytes = parlor_media_plane_get_receive_buffer_bytes (self);
  if (bytes < 4 * 1024 * 1024)
    g_message ("media: the receive buffer is %" G_GSIZE_FORMAT
               " bytes; set net.core.rmem_max to 4194304 or bursts are lost",
               bytes);
  if (parlor_media_plane_get_candidates (self)->is_loopback_alone)
    g_message (
        "media: this host has no address but loopback, nobody else can come in; use --announce");
}

ParlorMediaPlane *
parlor_media_plane_new (const ParlorMediaPlaneConfig *config, GError **error)
{
  ParlorMediaPlane *self = g_new0 (ParlorMediaPlane, 1);
  ParlorSrtpBackend crypto;
  self->media.ops = &ops;
  self->announce = g_strdupv ((char **)config->announce);
  self->bind_address = g_strdup (config->bind_address);
  self->spread_from = config->spread_from ? config->spread_from : DEFAULT_SPREAD_FROM;
  self->max_endpoints = config->max_endpoints ? config->max_endpoints : DEFAULT_MAX_ENDPOINTS;
  parlor_rng_init_system (&self->rng);
  make_tables (self);
  if (!check_addresses (config->announce, error) || !check_crypto (config->crypto, &crypto, error)
      || !make_identity (self, error) || !start_workers (self, config, crypto, error)
      || !start_tcp (self, config, error))
    {
      parlor_media_plane_free (self);
      return NULL;
    }
  warn_of_surroundings (self);
  return self;
}

/* Endpoints first, while there are workers to tell; workers before the DTLS context that their
 * routers borrow. */
void
parlor_media_plane_free (ParlorMediaPlane *self)
{
  if (self == NULL)
    return;
  self->event_func = NULL;
  g_hash_table_remove_all (self->endpoints);
  parlor_tcp_front_free (self->tcp);
  parlor_worker_set_free (self->workers);
  g_hash_table_unref (self->endpoints);
  g_hash_table_unref (self->transports);
  g_hash_table_unref (self->sources);
  g_hash_table_unref (self->rooms);
  g_hash_table_unref (self->rooms_by_id);
  parlor_dtls_context_free (self->dtls);
  parlor_certificate_free (self->certificate);
  g_strfreev (self->announce);
  g_free (self->bind_address);
  g_free (self);
}

ParlorMedia *
parlor_media_plane_get_media (ParlorMediaPlane *self)
{
  return &self->media;
}

int
parlor_media_plane_get_fd (const ParlorMediaPlane *self)
{
  return parlor_worker_set_get_fd (self->workers);
}

guint16
parlor_media_plane_get_port (const ParlorMediaPlane *self)
{
  return parlor_worker_set_get_port (self->workers);
}

gsize
parlor_media_plane_get_receive_buffer_bytes (const ParlorMediaPlane *self)
{
  return parlor_worker_set_get_receive_buffer (self->workers);
}
