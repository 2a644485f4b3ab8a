/* SPDX-License-Identifier: Apache-2.0 */
#include "http/durable.h"

#include "http/problem.h"

typedef struct
{
  ParlorHttpReply *reply;     /* borrowed, while the handler runs */
  ParlorHttpPending *pending; /* afterwards */
  guint status;
  json_t *json; /* nullable */
  gboolean flushed;
} Promise;

static void
fulfil (const Promise *promise, gboolean durable, ParlorHttpReply *reply)
{
  if (!durable)
    parlor_http_problem (reply, 503, "unavailable", "The server cannot store this now. Try again.");
  else if (promise->json)
    parlor_http_reply_json (reply, promise->status, json_incref (promise->json));
  else
    reply->status = promise->status;
}

static void
promise_free (Promise *promise)
{
  json_decref (promise->json);
  g_free (promise);
}

static void
on_flushed (gboolean durable, gpointer user_data)
{
  Promise *promise = user_data;
  promise->flushed = TRUE;
  if (promise->reply)
    {
      fulfil (promise, durable, promise->reply);
      return;
    }
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  fulfil (promise, durable, &reply);
  parlor_http_answer (promise->pending, &reply);
  parlor_http_reply_clear (&reply);
  promise_free (promise);
}

void
parlor_site_answer_when_durable (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply, guint status, json_t *json)
{
  Promise *promise = g_new0 (Promise, 1);
  *promise = (Promise){.reply = reply, .status = status, .json = json};
  parlor_rooms_flush (site->spec.rooms, on_flushed, promise);
  if (promise->flushed)
    {
      promise_free (promise);
      return;
    }
  promise->reply = NULL;
  promise->pending = parlor_http_defer (request);
}
