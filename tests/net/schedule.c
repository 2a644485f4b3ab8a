/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule.h"
#include <jansson.h>

#define QUEUE_MS 200

/* jansson's formats: F = number, b = boolean, ? = may be absent, ! = nothing else may be there. */
static gboolean
read_conditions (json_t *from, RelayConditions *out, json_error_t *error)
{
  double delay_ms = 0, jitter_ms = 0, reorder_ms = 0, queue_ms = QUEUE_MS;
  int rate_kbps = 0, blackhole = 0;
  *out = (RelayConditions){.burst_pkts = 1};
  if (json_unpack_ex (
          from, error, 0, "{s?F, s?F, s?F, s?{s:F, s:F !}, s?{s:F, s:F !}, s?i, s?F, s?b !}",
          "delay_ms", &delay_ms, "jitter_ms", &jitter_ms, "loss", &out->loss, "burst", "loss",
          &out->burst_loss, "packets", &out->burst_pkts, "reorder", "share", &out->reorder, "ms",
          &reorder_ms, "rate_kbps", &rate_kbps, "queue_ms", &queue_ms, "blackhole", &blackhole)
      != 0)
    return FALSE;
  out->delay_us = (guint32)(delay_ms * 1000);
  out->jitter_us = (guint32)(jitter_ms * 1000);
  out->reorder_us = (guint32)(reorder_ms * 1000);
  out->queue_ms = (guint32)queue_ms;
  out->rate_kbps = (guint32)rate_kbps;
  out->blackhole = blackhole;
  return TRUE;
}

static gboolean
read_step (json_t *from, RelayStep *out, json_error_t *error)
{
  json_t *up = NULL, *down = NULL;
  double at_ms = 0;
  int rebind = 0;
  *out = (RelayStep){0};
  if (json_unpack_ex (from, error, 0, "{s:F, s?o, s?o, s?b !}", "at_ms", &at_ms, "up", &up, "down",
                      &down, "rebind", &rebind)
      != 0)
    return FALSE;
  out->at_us = (gint64)(at_ms * 1000);
  out->rebind = rebind;
  out->has_up = up != NULL;
  out->has_down = down != NULL;
  return (up == NULL || read_conditions (up, &out->up, error))
         && (down == NULL || read_conditions (down, &out->down, error));
}

GArray *
relay_schedule_parse (const char *text, char **why)
{
  json_error_t error = {0};
  json_t *list = json_loads (text, JSON_REJECT_DUPLICATES, &error), *one;
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (RelayStep));
  gboolean good = json_is_array (list);
  gsize index;
  RelayStep step = {0};
  gint64 last_us = 0;

  if (list != NULL && !good)
    g_strlcpy (error.text, "not a list", sizeof error.text);
  json_array_foreach (list, index, one)
  {
    if (!(good = good && read_step (one, &step, &error)))
      break;
    if (!(good = step.at_us >= last_us))
      g_strlcpy (error.text, "at_ms goes back", sizeof error.text);
    last_us = step.at_us;
    g_array_append_val (steps, step);
  }
  json_decref (list);
  if (good)
    return g_steal_pointer (&steps);
  *why = g_strdup (error.text);
  return NULL;
}
