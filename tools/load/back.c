/* SPDX-License-Identifier: Apache-2.0 */
#include "load/back.h"

#include "base/time.h"

/* Those of web/src/client/backoff.ts. */
static const guint16 waits_ms[] = {100, 250, 250, 250,  250,  300,  300,
                                   400, 400, 500, 1000, 1000, 2000, 3000};

gint64
load_back_wait_us (guint attempt, double random)
{
  double ms = waits_ms[MIN (attempt, G_N_ELEMENTS (waits_ms) - 1)];

  return (gint64)(ms * (1 - random / 3) * PARLOR_US_PER_MS);
}

/* Only when all are here: who lacks one is not back. */
static void
note_pictures (LoadBack *self, const LoadReceiver *receiver, guint pictures, LoadBacks *all)
{
  guint n = 0;

  for (guint i = 0; i < receiver->n_streams; i++)
    n += receiver->streams[i].whole_us != 0;
  if (n < pictures)
    return;
  for (guint i = 0; i < receiver->n_streams; i++)
    if (receiver->streams[i].whole_us != 0)
      {
        double ms = (double)(receiver->streams[i].whole_us - self->lost_us) / PARLOR_US_PER_MS;

        g_array_append_val (all->waits_ms, ms);
      }
  all->returns++;
  *self = (LoadBack){0};
}

gboolean
load_back_look (LoadBack *self, LoadSession *session, guint pictures, double random, gint64 now_us,
                LoadBacks *all)
{
  if (self->try_us != 0)
    return now_us >= self->try_us;
  if (load_session_is_lost (session))
    {
      /* Lost again before all was here: it counts from the first time on. */
      if (self->lost_us == 0)
        self->lost_us = load_session_receiver (session)->last_rtp_us;
      self->attempt = 0;
      self->try_us = now_us + load_back_wait_us (self->attempt++, random);
    }
  else if (self->lost_us != 0)
    note_pictures (self, load_session_receiver (session), pictures, all);
  return FALSE;
}

void
load_back_tried (LoadBack *self, gboolean in, double random, gint64 now_us)
{
  self->try_us = in ? 0 : now_us + load_back_wait_us (self->attempt++, random);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

json_t *
load_backs_json (LoadBacks *self, guint away)
{
  json_t *list = json_array ();

  g_array_sort (self->waits_ms, compare);
  for (guint i = 0; i < self->waits_ms->len; i++)
    json_array_append_new (list, json_real (g_array_index (self->waits_ms, double, i)));
  return json_pack ("{s:i, s:i, s:o}", "returns", (int)self->returns, "away", (int)away, "ms",
                    list);
}
