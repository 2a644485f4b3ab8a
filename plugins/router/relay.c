/* SPDX-License-Identifier: Apache-2.0 */
#include "router/relay.h"

#include "router/audioroom.h"
#include "router/internal.h"
#include "router/source.h"

static guint64
bit_of (guint worker)
{
  return G_GUINT64_CONSTANT (1) << worker;
}

/* FALSE: the ring is full. */
static gboolean
say (ParlorRouter *router, guint worker, const ParlorRelay *what, const guint8 *bytes, gsize length)
{
  if (router->ops.relay == NULL
      || !router->ops.relay (router->ops.user_data, worker, what, bytes, length))
    {
      router->counters.dropped[PARLOR_DROP_RING]++;
      return FALSE;
    }
  router->relayed_to |= bit_of (worker);
  return TRUE;
}

void
parlor_relay_ring (ParlorRouter *router)
{
  guint64 workers = router->relayed_to;

  router->relayed_to = 0;
  if (workers != 0 && router->ops.relayed != NULL)
    router->ops.relayed (router->ops.user_data, workers);
}

/* --- the source's worker --------------------------------------------------------------------- */

/* To each worker of `workers`. Returns how many took it. */
static guint
say_to_all (const ParlorSource *self, guint64 workers, const ParlorRelay *what, const guint8 *bytes,
            gsize length)
{
  guint n = 0;

  for (; workers != 0; workers &= workers - 1)
    n += say (self->router, (guint)__builtin_ctzll (workers), what, bytes, length);
  return n;
}

static ParlorRelays *
get_relays (ParlorSource *self)
{
  if (self->relays == NULL)
    self->relays = g_new0 (ParlorRelays, 1);
  return self->relays;
}

/* Voices go everywhere: each worker finds the room's loudest itself. */
static void
choose_active (ParlorSource *self)
{
  ParlorRelays *relays = self->relays;

  relays->active = relays->workers & (self->config.speaks ? G_MAXUINT64 : relays->selected);
}

static ParlorRelay
describe_report (const ParlorLayer *layer)
{
  return (ParlorRelay){.source = layer->source->config.id,
                       .type = PARLOR_RELAY_REPORT,
                       .layer = (guint8)layer->index,
                       .ntp = layer->sr_ntp,
                       .rtp = layer->sr_rtp,
                       .local_us = layer->sr_local_us,
                       .at_us = layer->sr_arrival_us};
}

static ParlorRelay
describe_layers (const ParlorSource *self)
{
  ParlorRelay what = {.source = self->config.id, .type = PARLOR_RELAY_LAYERS};

  for (guint i = 0; i < self->n_layers; i++)
    what.mask |= (guint8)(self->layers[i].off ? 1u << i : 0);
  return what;
}

void
parlor_relay_set (ParlorSource *self, guint worker, gboolean on)
{
  ParlorRelays *relays = get_relays (self);
  ParlorRelay what = describe_layers (self);

  relays->workers = on ? relays->workers | bit_of (worker) : relays->workers & ~bit_of (worker);
  if (!on)
    {
      relays->selected &= ~bit_of (worker);
      relays->watched[worker] = 0;
    }
  choose_active (self);
  if (!on)
    return;
  say (self->router, worker, &what, NULL, 0);
  for (guint i = 0; i < self->n_layers; i++)
    if (self->layers[i].has_sr)
      {
        what = describe_report (&self->layers[i]);
        say (self->router, worker, &what, NULL, 0);
      }
}

void
parlor_relay_packet (ParlorLayer *layer, const guint8 *packet, gsize length, gboolean repaired,
                     gboolean restarted, gint64 arrival_us)
{
  const ParlorSource *source = layer->source;
  const ParlorRelay what = {.source = source->config.id,
                            .type = PARLOR_RELAY_PACKET,
                            .layer = (guint8)layer->index,
                            .repaired = repaired != FALSE,
                            .restarted = restarted != FALSE,
                            .at_us = arrival_us};

  source->router->counters.relayed_pkts += say_to_all (source, source->relays->active, &what,
                                                       packet, length);
}

void
parlor_relay_report (const ParlorLayer *layer)
{
  const ParlorSource *source = layer->source;
  const ParlorRelay what = describe_report (layer);

  if (source->relays != NULL)
    say_to_all (source, source->relays->workers, &what, NULL, 0);
}

void
parlor_relay_layers (const ParlorSource *self)
{
  const ParlorRelay what = describe_layers (self);

  if (self->relays != NULL)
    say_to_all (self, self->relays->workers, &what, NULL, 0);
}

guint8
parlor_relay_watched (const ParlorSource *self)
{
  guint64 workers = self->relays != NULL ? self->relays->active : 0;
  guint8 watched = 0;

  for (; workers != 0; workers &= workers - 1)
    watched |= self->relays->watched[__builtin_ctzll (workers)];
  return watched;
}

/* It may come before set_relay (): that goes by another ring. */
static void
take_watched (ParlorSource *self, guint worker, const ParlorRelay *what, gint64 now_us)
{
  ParlorRelays *relays = get_relays (self);

  relays->selected = what->selected ? relays->selected | bit_of (worker)
                                    : relays->selected & ~bit_of (worker);
  relays->watched[worker] = what->mask;
  choose_active (self);
  parlor_source_look_who_watches (self, now_us);
}

/* --- a mirror's worker ----------------------------------------------------------------------- */

ParlorMirror *
parlor_mirror_new (const ParlorMirrorConfig *config)
{
  ParlorMirror *self = g_new0 (ParlorMirror, 1);

  self->owner = config->owner;
  for (guint i = 1; i < PARLOR_EXT_COUNT; i++)
    if (config->ext_ids[i] != 0)
      parlor_rtp_ext_map_set (&self->extensions, (ParlorRtpExt)i, config->ext_ids[i]);
  return self;
}

static gboolean
ask (const ParlorLayer *layer)
{
  const ParlorMirror *mirror = layer->source->mirror;
  const ParlorRelay what = {.source = layer->source->config.id,
                            .type = PARLOR_RELAY_KEY_FRAME,
                            .layer = (guint8)layer->index,
                            .cause = (guint8)layer->pli_cause,
                            .interval_us = mirror->key_interval_us[layer->index]};

  return say (layer->source->router, mirror->owner, &what, NULL, 0);
}

void
parlor_mirror_want_key_frame (ParlorLayer *layer, gint64 interval_us, ParlorKeyCause cause)
{
  gint64 *standing_us = &layer->source->mirror->key_interval_us[layer->index];

  if (layer->pli_due_us != PARLOR_NEVER_US && *standing_us <= interval_us)
    return;
  *standing_us = interval_us;
  layer->pli_cause = cause;
  layer->pli_due_us = 0;
  ask (layer);
}

/* Nothing of it comes from now on, and what is kept grows old. */
static void
pause_layers (ParlorSource *self)
{
  self->mirror->restart = (guint8)((1u << self->n_layers) - 1);
  for (guint i = 0; i < self->n_layers; i++)
    {
      self->layers[i].pli_due_us = PARLOR_NEVER_US;
      parlor_layer_forget_kept (&self->layers[i]);
    }
}

void
parlor_mirror_tell (ParlorSource *self, guint8 watched, gboolean again)
{
  ParlorMirror *mirror = self->mirror;
  gboolean selected = self->slots->len > 0;
  const ParlorRelay what = {.source = self->config.id,
                            .type = PARLOR_RELAY_WATCHED,
                            .mask = watched,
                            .selected = selected};

  if (selected == mirror->told && watched == mirror->told_watched && !again)
    return;
  if (mirror->told && !selected && !self->config.speaks)
    pause_layers (self);
  mirror->told = selected;
  mirror->told_watched = watched;
  say (self->router, mirror->owner, &what, NULL, 0);
}

void
parlor_mirror_tick (ParlorSource *self, guint8 watched, gint64 now_us)
{
  gboolean arrives = FALSE;

  for (guint i = 0; i < self->n_layers; i++)
    arrives |= parlor_layer_arrives (&self->layers[i], now_us);
  parlor_mirror_tell (self, watched, self->slots->len > 0 && !arrives);
  for (guint i = 0; i < self->n_layers; i++)
    if (self->layers[i].pli_due_us != PARLOR_NEVER_US)
      ask (&self->layers[i]);
}

static void
take_packet (ParlorLayer *layer, const ParlorRelay *what, guint8 *bytes, gsize length,
             gint64 now_us)
{
  guint8 bit = (guint8)(1u << layer->index);
  ParlorRtpHeader header;

  if (parlor_rtp_parse (bytes, length, &header) != PARLOR_RTP_OK)
    return;
  if (what->restarted || (layer->source->mirror->restart & bit) != 0)
    parlor_layer_restart (layer);
  layer->source->mirror->restart &= (guint8)~bit;
  parlor_layer_receive (layer, bytes, length, &header, what->repaired, what->at_us, now_us);
}

static void
take_report (ParlorLayer *layer, const ParlorRelay *what)
{
  layer->has_sr = TRUE;
  layer->sr_ntp = what->ntp;
  layer->sr_rtp = what->rtp;
  layer->sr_local_us = what->local_us;
  layer->sr_arrival_us = what->at_us;
}

static void
take_layers (ParlorSource *self, guint8 off, gint64 now_us)
{
  for (guint i = 0; i < self->n_layers; i++)
    {
      ParlorLayer *layer = &self->layers[i];
      gboolean is_off = ((off >> i) & 1) != 0;

      if (layer->off && !is_off)
        layer->woken_us = now_us;
      if (is_off)
        layer->woken_us = 0;
      layer->off |= is_off;
    }
}

static void
take_from_owner (ParlorSource *self, const ParlorRelay *what, guint8 *bytes, gsize length,
                 gint64 now_us)
{
  if (what->type == PARLOR_RELAY_LAYERS)
    take_layers (self, what->mask, now_us);
  else if (what->type == PARLOR_RELAY_REPORT)
    take_report (&self->layers[what->layer], what);
  else if (what->type == PARLOR_RELAY_PACKET)
    take_packet (&self->layers[what->layer], what, bytes, length, now_us);
}

static void
take_from_mirror (ParlorSource *self, guint from, const ParlorRelay *what, gint64 now_us)
{
  if (what->type == PARLOR_RELAY_WATCHED)
    take_watched (self, from, what, now_us);
  else if (what->type == PARLOR_RELAY_KEY_FRAME)
    parlor_layer_want_key_frame (&self->layers[what->layer], what->interval_us,
                                 (ParlorKeyCause)what->cause);
}

void
parlor_router_relayed (ParlorRouter *self, guint from, const ParlorRelay *what, guint8 *bytes,
                       gsize length, gint64 now_us)
{
  ParlorSource *source = g_hash_table_lookup (self->sources, &what->source);

  if (source == NULL || what->layer >= source->n_layers || from >= PARLOR_ROUTER_MAX_WORKERS)
    return;
  if (source->mirror == NULL)
    take_from_mirror (source, from, what, now_us);
  else if (source->mirror->owner == from)
    take_from_owner (source, what, bytes, length, now_us);
}
