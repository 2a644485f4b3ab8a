/* SPDX-License-Identifier: Apache-2.0 */
/* HLS of a live room: its playlist and what that names. What is not there yet waits. */
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"
#include "live/hls.h"

#include <string.h>

static void
fill (ParlorHlsAnswer *answer, ParlorHttpReply *reply)
{
  if (answer->status != 200)
    {
      parlor_http_problem (reply, answer->status,
                           answer->status == 400   ? "bad_request"
                           : answer->status == 404 ? "not_found"
                                                   : "unavailable",
                           answer->status == 400   ? "The playlist is not so far."
                           : answer->status == 404 ? "There is no such part of this stream."
                                                   : "Nothing comes from this stream just now.");
      if (answer->status == 503)
        parlor_http_reply_header (reply, "Retry-After", "1");
      parlor_http_reply_header (reply, "Cache-Control", "no-cache");
      return;
    }
  /* A name means the same bytes for ever; a playlist's means others in a moment. */
  gboolean playlist = !strcmp (answer->type, "application/vnd.apple.mpegurl");
  reply->status = 200;
  reply->body = g_steal_pointer (&answer->data);
  parlor_http_reply_header (reply, "Content-Type", answer->type);
  parlor_http_reply_header (reply, "Cache-Control", playlist ? "no-cache" : "max-age=60");
}

typedef struct
{
  ParlorSite *site;
  ParlorHttpPending *pending;
  char *peer;
  char *origin; /* the request is gone when the answer comes */
} Wait;

static void
on_answer (ParlorHlsAnswer *answer, gpointer user_data)
{
  Wait *wait = user_data;
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  fill (answer, &reply);
  g_clear_pointer (&answer->data, g_bytes_unref);
  if (wait->origin)
    {
      parlor_http_reply_header (&reply, "Access-Control-Allow-Origin", wait->origin);
      parlor_http_reply_header (&reply, "Vary", "Origin");
    }
  parlor_http_answer (wait->pending, &reply);
  parlor_http_reply_clear (&reply);
  parlor_tally_give (wait->site->hls_waits, wait->peer);
  g_free (wait->peer);
  g_free (wait->origin);
  g_free (wait);
}

void
parlor_handle_hls (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorHls *hls = site->spec.hls;
  ParlorHlsAnswer answer = {0};
  ParlorLiveRoom *live = site->spec.live ? parlor_live_find (site->spec.live, request->params[0])
                                         : NULL;
  ParlorHlsRequest asked = {
      .room = request->params[0],
      .file = request->params[1],
      .msn = parlor_http_query (request, "_HLS_msn"),
      .part = parlor_http_query (request, "_HLS_part"),
  };
  if (!live || !hls)
    {
      parlor_http_problem (reply, 404, "no_such_room", "There is no stream at this address.");
      return;
    }
  if (!parlor_site_welcomes (site, request, parlor_live_info (live)->brand, reply))
    return;
  asked.brand = parlor_live_info (live)->brand;
  if (hls->fetch (hls, &asked, &answer))
    {
      fill (&answer, reply);
      g_clear_pointer (&answer.data, g_bytes_unref);
      return;
    }
  /* A player waits for one thing at a time: nobody fills the room of all of them. */
  if (!parlor_tally_take (site->hls_waits, request->peer))
    {
      parlor_http_too_many (reply, G_USEC_PER_SEC, "Too many wait from this address.");
      return;
    }
  Wait *wait = g_new0 (Wait, 1);
  wait->site = site;
  wait->peer = g_strdup (request->peer);
  wait->origin = g_strdup (parlor_http_header (request, "Origin"));
  wait->pending = parlor_http_defer (request);
  hls->wait (hls, &asked, on_answer, wait);
}
