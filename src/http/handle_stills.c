/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of markers that were set while nothing was recorded: whoever shares his screen gives
   one, if he lets it be taken, and who is in the room sees it. Those of a recording are its own
   (handle_recordings.c). */
#include "base/picture.h"
#include "http/access.h"
#include "http/handlers.h"
#include "http/problem.h"
#include "http/range.h"
#include "http/ratelimit.h"
#include "room/recording.h"

#include <string.h>

/* The room that the path names, and who holds the token. Not for a live room's audience, which is
 * not told of markers either. NULL: the reply says why not. `*claims` NULL: a key, or the demo. */
static ParlorRoom *
find_place (ParlorSite *site, const ParlorHttpRequest *request, ParlorClaims **claims,
            ParlorHttpReply *reply)
{
  ParlorRoom *room = parlor_site_find_room (site, request, PARLOR_TOKEN_OF_ANYBODY, reply);
  if (!room)
    return NULL;
  *claims = parlor_http_bearer (request) ? parlor_site_claims (site, request, NULL) : NULL;
  if (!*claims || (*claims)->role != PARLOR_ROLE_VIEWER)
    return room;
  parlor_http_problem (reply, 403, "forbidden", "This token is not for that.");
  return NULL;
}

/* NULL: the reply says why not. */
static ParlorRoom *
find_giver (ParlorSite *site, const ParlorHttpRequest *request, ParlorClaims **claims,
            ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorRoom *room = find_place (site, request, claims, reply);
  if (!room)
    return NULL;
  const char *identity = *claims ? (*claims)->identity : NULL;
  if (!site->spec.keep_still)
    parlor_http_problem (reply, 503, "unavailable", "This server keeps no pictures.");
  else if (!parlor_room_may_give_still (room, identity, request->params[1], &error))
    parlor_http_problem_from_error (reply, error);
  else
    return room;
  return NULL;
}

gboolean
parlor_marker_still_admit (ParlorSite *site, const ParlorHttpRequest *request,
                           ParlorHttpReply *reply)
{
  g_autoptr (ParlorClaims) claims = NULL;
  return find_giver (site, request, &claims, reply) && parlor_picture_take (site, request, reply);
}

/* PNG alone: it is there to be read to the last digit. */
void
parlor_handle_marker_still_put (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ParlorClaims) claims = NULL;
  ParlorPictureInfo info = {0};
  ParlorRoom *room = find_giver (site, request, &claims, reply);
  if (!room || (!request->admitted && !parlor_picture_take (site, request, reply)))
    return;
  const guint8 *data = (const guint8 *)request->body;
  g_autoptr (GByteArray) clean = data ? parlor_picture_clean (data, request->body_length, &info)
                                      : NULL;
  if (!clean || strcmp (info.type, "image/png") != 0)
    {
      parlor_http_problem (reply, 415, "unsupported_media",
                           "The body must be a PNG of at most 10 MB.");
      return;
    }
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, clean->data, clean->len);
  if (!site->spec.keep_still (request->params[1], clean, site->spec.still_data))
    parlor_http_problem (reply, 503, "unavailable", "The disk does not take it now.");
  else if (!parlor_room_give_still (room, claims ? claims->identity : NULL, request->params[1], sum,
                                    parlor_site_now_us (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    parlor_http_reply_json (reply, 201,
                            json_pack ("{s:s,s:s,s:i,s:i}", "marker", request->params[1], "sha256",
                                       sum, "width", (int)info.width, "height", (int)info.height));
}

static const ParlorMarkerRow *
find_with_still (const ParlorRoom *room, const char *id)
{
  guint n = 0;
  const ParlorMarkerRow *const *markers = parlor_room_markers (room, &n);
  for (guint i = 0; i < n; i++)
    if (strcmp (markers[i]->id, id) == 0 && markers[i]->still)
      return markers[i];
  return NULL;
}

void
parlor_handle_marker_still_get (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_autoptr (ParlorClaims) claims = NULL;
  const ParlorRoom *room = find_place (site, request, &claims, reply);
  guint64 size = 0;
  if (!room)
    return;
  const ParlorMarkerRow *marker = find_with_still (room, request->params[1]);
  int fd = marker && site->spec.open_still
               ? site->spec.open_still (marker->id, &size, site->spec.still_data)
               : -1;
  if (fd < 0)
    {
      parlor_http_problem (reply, 404, "no_such_still", "There is no picture of that marker.");
      return;
    }
  g_autofree char *etag = g_strdup_printf ("\"%s\"", marker->still);
  parlor_http_reply_file (request, reply, fd, size, "image/png", etag);
  parlor_http_reply_header (reply, "Parlor-Sha256", marker->still);
  parlor_http_reply_header (reply, "Content-Security-Policy", "default-src 'none'; sandbox");
  parlor_http_reply_header (reply, "Cross-Origin-Resource-Policy", "same-origin");
}
