/* SPDX-License-Identifier: Apache-2.0 */
#include "room/qualitylog.h"

#include <string.h>

#define VERSION 1
#define UNKNOWN PARLOR_QUALITY_UNKNOWN
/* The largest value of a field: with one more it still fits. */
#define MOST (G_MAXUINT32 - 1)

/* How two neighbours become one. */
typedef enum
{
  FIRST,
  SUM,
  MEAN, /* by their reports */
  LOWEST,
  HIGHEST,
  LAST,
} Rule;

#define KEY(cause) [PARLOR_QUALITY_KEYS + PARLOR_KEY_##cause]

static const struct
{
  const char *name;
  Rule rule;
} fields[PARLOR_QUALITY_N_FIELDS] = {
    [PARLOR_QUALITY_AT_S] = {"at_s", FIRST},
    [PARLOR_QUALITY_REPORTS] = {"reports", SUM},
    [PARLOR_QUALITY_LEVEL] = {"level", LOWEST},
    [PARLOR_QUALITY_LOSS_UP] = {"loss_up", MEAN},
    [PARLOR_QUALITY_LOSS_DOWN] = {"loss_down", MEAN},
    [PARLOR_QUALITY_RTT_MS] = {"rtt_ms", HIGHEST},
    [PARLOR_QUALITY_JITTER_UP_MS] = {"jitter_up_ms", HIGHEST},
    [PARLOR_QUALITY_JITTER_DOWN_MS] = {"jitter_down_ms", HIGHEST},
    [PARLOR_QUALITY_UP_KBPS] = {"up_kbps", MEAN},
    [PARLOR_QUALITY_DOWN_KBPS] = {"down_kbps", MEAN},
    [PARLOR_QUALITY_ESTIMATE_KBPS] = {"estimate_kbps", LOWEST},
    [PARLOR_QUALITY_HEIGHT_UP] = {"height_up", LAST},
    [PARLOR_QUALITY_HEIGHT_DOWN] = {"height_down", LAST},
    [PARLOR_QUALITY_REDUCED] = {"reduced", HIGHEST},
    [PARLOR_QUALITY_PAUSED] = {"paused", HIGHEST},
    KEY (NEWCOMER) = {"key_newcomer", SUM},
    KEY (LAYER) = {"key_layer", SUM},
    KEY (RECEIVER) = {"key_receiver", SUM},
    KEY (LOSS) = {"key_loss", SUM},
    KEY (PATH) = {"key_path", SUM},
    KEY (RESET) = {"key_reset", SUM},
    KEY (TAP) = {"key_tap", SUM},
    [PARLOR_QUALITY_FRAMES] = {"frames", SUM},
    [PARLOR_QUALITY_FREEZES] = {"freezes", SUM},
    [PARLOR_QUALITY_FREEZE_MS] = {"freeze_ms", SUM},
    [PARLOR_QUALITY_CONCEALED_MS] = {"concealed_ms", SUM},
    [PARLOR_QUALITY_SHOWN + PARLOR_SHOWN_SMALL] = {"shown_small", LAST},
    [PARLOR_QUALITY_SHOWN + PARLOR_SHOWN_MIDDLE] = {"shown_middle", LAST},
    [PARLOR_QUALITY_SHOWN + PARLOR_SHOWN_LARGE] = {"shown_large", LAST},
    [PARLOR_QUALITY_SHOWN + PARLOR_SHOWN_FULL] = {"shown_full", LAST},
};

const char *
parlor_quality_field_name (ParlorQualityField field)
{
  return (guint)field < PARLOR_QUALITY_N_FIELDS ? fields[field].name : NULL;
}

/* ---- what a page reports -------------------------------------------------------------------- */

/* More than a page shows at a time (docs/protocol.md), and as many frames as a screen has. A freeze
   is at least 150 ms long (W3C webrtc-stats, freezeCount). */
#define MOST_PICTURES 27
#define MOST_SOUNDS 4
#define MOST_FRAMES_PER_S 240
#define SHORTEST_FREEZE_MS 150
#define SAMPLES_PER_MS 48
/* Totals are looked at some time before they are sent; the first ones began before the stay. */
#define SLACK_MS 5000

static guint64
new_since (guint64 last, guint64 now, guint64 most)
{
  return MIN (now >= last ? now - last : now, most);
}

void
parlor_page_watch_take (ParlorPageWatch *watch, const ParlorPageTotals *totals, gint64 now_us,
                        ParlorPageTotals *since)
{
  guint64 ms = (guint64)CLAMP ((now_us - watch->at_us) / 1000, 0, 3600 * 1000) + SLACK_MS;
  const ParlorPageTotals *last = &watch->last;
  guint64 frozen_ms = ms * MOST_PICTURES;
  *since = (ParlorPageTotals){
      .frames = (guint32)new_since (last->frames, totals->frames,
                                    frozen_ms * MOST_FRAMES_PER_S / 1000),
      .freezes = (guint32)new_since (last->freezes, totals->freezes,
                                     frozen_ms / SHORTEST_FREEZE_MS),
      .freeze_ms = (guint32)new_since (last->freeze_ms, totals->freeze_ms, frozen_ms),
      .concealed = new_since (last->concealed, totals->concealed,
                              ms * SAMPLES_PER_MS * MOST_SOUNDS),
  };
  watch->last = *totals;
  watch->at_us = now_us;
}

/* ---- gathering ------------------------------------------------------------------------------ */

struct _ParlorQualityLog
{
  gint64 begun_us;
  guint period_s;
  GArray *samples; /* ParlorQualitySample */
};

ParlorQualityLog *
parlor_quality_log_new (gint64 now_us)
{
  ParlorQualityLog *self = g_new (ParlorQualityLog, 1);
  *self = (ParlorQualityLog){.begun_us = now_us, .period_s = PARLOR_QUALITY_PERIOD_S};
  self->samples = g_array_new (FALSE, FALSE, sizeof (ParlorQualitySample));
  return self;
}

void
parlor_quality_log_free (ParlorQualityLog *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->samples);
  g_free (self);
}

static guint32
combine (Rule rule, guint32 a, guint32 b, guint64 n_a, guint64 n_b)
{
  if (a == UNKNOWN || b == UNKNOWN)
    return a == UNKNOWN ? b : a;
  switch (rule)
    {
    case FIRST:
      return a;
    case SUM:
      return (guint32)MIN ((guint64)a + b, MOST);
    case MEAN:
      return (guint32)((a * n_a + b * n_b) / MAX (n_a + n_b, 1));
    case LOWEST:
      return MIN (a, b);
    case HIGHEST:
      return MAX (a, b);
    case LAST:
      return b;
    }
  return b;
}

static void
merge (ParlorQualitySample *into, const ParlorQualitySample *later)
{
  guint64 n_a = into->v[PARLOR_QUALITY_REPORTS], n_b = later->v[PARLOR_QUALITY_REPORTS];
  for (guint i = 0; i < PARLOR_QUALITY_N_FIELDS; i++)
    into->v[i] = combine (fields[i].rule, into->v[i], later->v[i], n_a, n_b);
}

/* Each sample covers twice the time from now on. */
static void
coarsen (ParlorQualityLog *self)
{
  GArray *samples = self->samples;
  guint n = 0;
  self->period_s *= 2;
  for (guint i = 0; i < samples->len; i++)
    {
      ParlorQualitySample next = g_array_index (samples, ParlorQualitySample, i);
      ParlorQualitySample *last = n > 0 ? &g_array_index (samples, ParlorQualitySample, n - 1)
                                        : NULL;
      next.v[PARLOR_QUALITY_AT_S] -= next.v[PARLOR_QUALITY_AT_S] % self->period_s;
      if (last != NULL && last->v[PARLOR_QUALITY_AT_S] == next.v[PARLOR_QUALITY_AT_S])
        merge (last, &next);
      else
        g_array_index (samples, ParlorQualitySample, n++) = next;
    }
  g_array_set_size (samples, n);
}

static guint32
place_of (const ParlorQualityLog *self, gint64 now_us)
{
  gint64 at_s = CLAMP ((now_us - self->begun_us) / G_USEC_PER_SEC, 0, MOST);
  return (guint32)(at_s - at_s % self->period_s);
}

static void
add (ParlorQualityLog *self, ParlorQualitySample *sample, gint64 now_us)
{
  GArray *samples = self->samples;
  ParlorQualitySample *last = samples->len > 0
                                  ? &g_array_index (samples, ParlorQualitySample, samples->len - 1)
                                  : NULL;
  sample->v[PARLOR_QUALITY_AT_S] = place_of (self, now_us);
  if (last != NULL && sample->v[PARLOR_QUALITY_AT_S] <= last->v[PARLOR_QUALITY_AT_S])
    {
      merge (last, sample);
      return;
    }
  g_array_append_val (samples, *sample);
  /* Twice where gaps left nothing to put together; it ends, since a period of all time has one. */
  while (samples->len > PARLOR_QUALITY_SAMPLES)
    coarsen (self);
}

/* -1 = unknown. */
static guint32
known (gint64 value)
{
  return value < 0 ? UNKNOWN : (guint32)MIN (value, (gint64)MOST);
}

static guint32
of_10000 (double share)
{
  return (guint32)(CLAMP (share, 0, 1) * 10000 + 0.5);
}

void
parlor_quality_log_report (ParlorQualityLog *self, const ParlorMediaQuality *media, guint level,
                           gint64 now_us)
{
  ParlorQualitySample sample = {
      .v = {
          [PARLOR_QUALITY_REPORTS] = 1,
          [PARLOR_QUALITY_LEVEL] = level,
          [PARLOR_QUALITY_LOSS_UP] = of_10000 (media->loss_up),
          [PARLOR_QUALITY_LOSS_DOWN] = of_10000 (media->loss_down),
          [PARLOR_QUALITY_RTT_MS] = known (media->rtt_ms),
          [PARLOR_QUALITY_JITTER_UP_MS] = known (media->jitter_up_ms),
          [PARLOR_QUALITY_JITTER_DOWN_MS] = known (media->jitter_down_ms),
          [PARLOR_QUALITY_UP_KBPS] = known (media->up_bps / 1000),
          [PARLOR_QUALITY_DOWN_KBPS] = known (media->down_bps / 1000),
          [PARLOR_QUALITY_ESTIMATE_KBPS] = media->estimate_down_bps < 0
                                               ? UNKNOWN
                                               : known (media->estimate_down_bps / 1000),
          [PARLOR_QUALITY_HEIGHT_UP] = media->height_up,
          [PARLOR_QUALITY_HEIGHT_DOWN] = media->height_down,
          [PARLOR_QUALITY_REDUCED] = media->n_reduced,
          [PARLOR_QUALITY_PAUSED] = media->n_paused,
      }};
  for (guint i = 0; i < PARLOR_N_KEY_CAUSES; i++)
    sample.v[PARLOR_QUALITY_KEYS + i] = media->key_asked[i];
  for (guint i = PARLOR_QUALITY_FRAMES; i < PARLOR_QUALITY_SHOWN; i++)
    sample.v[i] = UNKNOWN;
  for (guint i = 0; i < PARLOR_N_SHOWN; i++)
    sample.v[PARLOR_QUALITY_SHOWN + i] = media->shown[i];
  add (self, &sample, now_us);
}

void
parlor_quality_log_page (ParlorQualityLog *self, const ParlorPageTotals *since, gint64 now_us)
{
  ParlorQualitySample sample;
  memset (&sample, 0xff, sizeof sample);
  sample.v[PARLOR_QUALITY_REPORTS] = 0;
  sample.v[PARLOR_QUALITY_FRAMES] = MIN (since->frames, MOST);
  sample.v[PARLOR_QUALITY_FREEZES] = MIN (since->freezes, MOST);
  sample.v[PARLOR_QUALITY_FREEZE_MS] = MIN (since->freeze_ms, MOST);
  sample.v[PARLOR_QUALITY_CONCEALED_MS] = (guint32)MIN (since->concealed / SAMPLES_PER_MS, MOST);
  add (self, &sample, now_us);
}

const ParlorQualitySample *
parlor_quality_log_samples (const ParlorQualityLog *self, guint *n)
{
  *n = self->samples->len;
  return (const ParlorQualitySample *)(gpointer)self->samples->data;
}

guint
parlor_quality_log_period_s (const ParlorQualityLog *self)
{
  return self->period_s;
}

guint64
parlor_quality_log_total (const ParlorQualityLog *self, ParlorQualityField field)
{
  guint64 sum = 0;
  for (guint i = 0; i < self->samples->len; i++)
    {
      guint32 value = g_array_index (self->samples, ParlorQualitySample, i).v[field];
      sum += value != UNKNOWN ? value : 0;
    }
  return sum;
}

/* ---- the stored form ------------------------------------------------------------------------ */

static void
put_number (GByteArray *out, guint32 value)
{
  guint8 byte;
  do
    {
      byte = (guint8)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
      g_byte_array_append (out, &byte, 1);
      value >>= 7;
    }
  while (value > 0);
}

GBytes *
parlor_quality_pack (const ParlorQualityLog *self)
{
  const guint8 head[] = {VERSION, PARLOR_QUALITY_N_FIELDS};
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, head, sizeof head);
  for (guint i = 0; i < self->samples->len; i++)
    for (guint j = 0; j < PARLOR_QUALITY_N_FIELDS; j++)
      put_number (out, g_array_index (self->samples, ParlorQualitySample, i).v[j] + 1);
  return g_byte_array_free_to_bytes (out);
}

/* FALSE: they end here, or no 32 bits hold it. */
static gboolean
take_number (const guint8 **at, const guint8 *end, guint32 *value)
{
  guint64 sum = 0;
  for (guint shift = 0; shift < 35; shift += 7)
    {
      if (*at == end)
        return FALSE;
      guint8 byte = *(*at)++;
      sum |= (guint64)(byte & 0x7f) << shift;
      if (!(byte & 0x80))
        {
          *value = (guint32)sum;
          return sum <= G_MAXUINT32;
        }
    }
  return FALSE;
}

static gboolean
take_sample (const guint8 **at, const guint8 *end, guint n_fields, ParlorQualitySample *sample)
{
  memset (sample, 0xff, sizeof *sample);
  for (guint i = 0; i < n_fields; i++)
    {
      guint32 value;
      if (!take_number (at, end, &value))
        return FALSE;
      if (i < PARLOR_QUALITY_N_FIELDS)
        sample->v[i] = value - 1;
    }
  return TRUE;
}

guint
parlor_quality_unpack (const guint8 *bytes, gsize length, ParlorQualitySample *out)
{
  guint n = 0;
  if (length < 2 || bytes[0] != VERSION || bytes[1] == 0)
    return 0;
  const guint8 *at = bytes + 2, *end = bytes + length;
  while (at < end && n < PARLOR_QUALITY_SAMPLES && take_sample (&at, end, bytes[1], &out[n]))
    n++;
  return n;
}

static const ParlorField row_fields[] = {
    PARLOR_TEXT (ParlorQualityRow, room),    PARLOR_TEXT (ParlorQualityRow, participant),
    PARLOR_INT (ParlorQualityRow, from_ms),  PARLOR_TEXT (ParlorQualityRow, brand),
    PARLOR_INT (ParlorQualityRow, to_ms),    PARLOR_TEXT (ParlorQualityRow, kind),
    PARLOR_INT (ParlorQualityRow, period_s), PARLOR_BYTES (ParlorQualityRow, samples),
};

const ParlorRecordKind parlor_quality_kind = {.table = "quality",
                                              .fields = row_fields,
                                              .n_fields = G_N_ELEMENTS (row_fields),
                                              .n_key = 3,
                                              .size = sizeof (ParlorQualityRow)};
