/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <string.h>

static gint64
now_us (ParlorClock *clock)
{
  return ((Bench *)clock)->now_us;
}

static gint64
wall_ms (ParlorClock *clock)
{
  return ((Bench *)clock)->wall_ms;
}

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  Bench *bench = user_data;
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)(bench->counter++ * 37 + i);
}

static void
sent_free (gpointer data)
{
  Sent *sent = data;
  g_free (sent->url);
  g_free (sent->id);
  g_free (sent->signature);
  g_free (sent->body);
  g_free (sent);
}

static guint64
post (ParlorPoster *poster, const ParlorPost *spec, ParlorPosted posted, gpointer user_data)
{
  Bench *bench = (Bench *)((char *)poster - G_STRUCT_OFFSET (Bench, poster));
  gsize size;
  const char *body = g_bytes_get_data (spec->body, &size);
  Sent *sent = g_new0 (Sent, 1);
  *sent = (Sent){g_strdup (spec->url),
                 g_strdup (spec->id),
                 g_strdup (spec->signature),
                 g_strndup (body, size),
                 spec->timestamp_s,
                 spec->timeout_ms,
                 posted,
                 user_data,
                 ++bench->last_call};
  g_queue_push_tail (&bench->sent, sent);
  return sent->call;
}

static void
cancel (ParlorPoster *poster, guint64 id)
{
  Bench *bench = (Bench *)((char *)poster - G_STRUCT_OFFSET (Bench, poster));
  for (GList *l = bench->sent.head; l; l = l->next)
    if (((Sent *)l->data)->call == id)
      {
        sent_free (l->data);
        g_queue_delete_link (&bench->sent, l);
        return;
      }
}

Bench *
bench_new (void)
{
  Bench *bench = g_new0 (Bench, 1);
  bench->clock = (ParlorClock){now_us, wall_ms};
  bench->now_us = 1000000;
  bench->wall_ms = G_GINT64_CONSTANT (1790000000000);
  bench->random = (ParlorRandom){fill, bench};
  bench->store = parlor_store_memory_new ();
  bench->poster = (ParlorPoster){post, cancel};
  g_queue_init (&bench->sent);
  bench->bodies = g_ptr_array_new_with_free_func (g_free);
  bench->ids = g_ptr_array_new_with_free_func (g_free);
  return bench;
}

void
bench_free (Bench *bench)
{
  bench->store->ops->close (bench->store, 0);
  g_queue_clear_full (&bench->sent, sent_free);
  g_ptr_array_unref (bench->bodies);
  g_ptr_array_unref (bench->ids);
  g_free (bench);
}

void
bench_dispatch (Bench *bench)
{
  for (guint i = 0; i < 8; i++)
    bench->store->ops->dispatch (bench->store);
}

void
bench_pass (Bench *bench, gint64 ms)
{
  bench->now_us += ms * 1000;
  bench->wall_ms += ms;
}

static gboolean
answer (Bench *bench, const ParlorPostAnswer *said)
{
  Sent *sent = g_queue_pop_head (&bench->sent);
  if (!sent)
    return FALSE;
  if (said->status >= 200 && said->status < 300)
    {
      g_ptr_array_add (bench->bodies, g_strdup (sent->body));
      g_ptr_array_add (bench->ids, g_strdup (sent->id));
    }
  sent->posted (said, sent->user_data);
  sent_free (sent);
  return TRUE;
}

gboolean
bench_answer (Bench *bench, guint status, const char *failure, const char *body)
{
  ParlorPostAnswer said = {.status = failure ? 0 : status,
                           .failure = failure,
                           .body = body ? body : "",
                           .length = body ? strlen (body) : 0};
  return answer (bench, &said);
}

gboolean
bench_answer_signed (Bench *bench, const char *body, const char *id, const char *timestamp,
                     const char *signature)
{
  ParlorPostAnswer said = {.status = 200,
                           .body = body,
                           .length = strlen (body),
                           .id = id,
                           .timestamp = timestamp,
                           .signature = signature};
  return answer (bench, &said);
}
