/* SPDX-License-Identifier: Apache-2.0 */
#include "load/janus.h"

#include <curl/curl.h>
#include <jansson.h>
#include <string.h>

#define TIMEOUT_MS 10000
#define MAX_BODY_BYTES (256 * 1024)
#define MAX_EVENTS_WAITED 8

static size_t
take_body (char *bytes, size_t size, size_t n, void *user_data)
{
  GString *body = user_data;

  if (body->len + size * n > MAX_BODY_BYTES)
    return 0;
  g_string_append_len (body, bytes, (gssize)(size * n));
  return size * n;
}

/* GET, or POST of `request` (transfer full) with a transaction; NULL with `error`. */
static json_t *
talk (const char *url, json_t *request, GError **error)
{
  CURL *curl = curl_easy_init ();
  g_autoptr (GString) body = g_string_new (NULL);
  char *text = NULL;
  json_t *reply;

  if (request != NULL)
    {
      json_object_set_new (request, "transaction", json_string ("load"));
      text = json_dumps (request, JSON_COMPACT);
      json_decref (request);
      curl_easy_setopt (curl, CURLOPT_POSTFIELDS, text);
    }
  curl_easy_setopt (curl, CURLOPT_URL, url);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, body);
  curl_easy_perform (curl);
  curl_easy_cleanup (curl);
  free (text);
  reply = json_loads (body->str, JSON_REJECT_DUPLICATES, NULL);
  if (reply == NULL)
    g_set_error (error, LOAD_ERROR, 0, "%s: no JSON came back: %.200s", url, body->str);
  return reply;
}

/* The number that "create" and "attach" answer, appended to `url` (transfer full). */
static char *
open_below (const char *url, json_t *request, GError **error)
{
  json_t *reply = talk (url, request, error);
  json_int_t id = json_integer_value (json_object_get (json_object_get (reply, "data"), "id"));

  if (reply != NULL && id == 0)
    g_set_error (error, LOAD_ERROR, 0, "%s gave no id", url);
  json_decref (reply);
  return id != 0 ? g_strdup_printf ("%s/%" JSON_INTEGER_FORMAT, url, id) : NULL;
}

static char *
open_session (const char *url, char **handle, GError **error)
{
  g_autofree char *root = g_strdup_printf ("%s/janus", url);
  char *session = open_below (root, json_pack ("{s:s}", "janus", "create"), error);

  *handle = NULL;
  if (session != NULL)
    *handle = open_below (
        session, json_pack ("{s:s, s:s}", "janus", "attach", "plugin", "janus.plugin.videoroom"),
        error);
  return session;
}

static json_t *
message (json_t *body, const char *type, const char *sdp)
{
  json_t *request = json_pack ("{s:s, s:o}", "janus", "message", "body", body);

  if (sdp != NULL)
    json_object_set_new (request, "jsep", json_pack ("{s:s, s:s}", "type", type, "sdp", sdp));
  return request;
}

static gboolean
send_message (const char *handle, json_t *request, GError **error)
{
  json_t *reply = talk (handle, request, error);

  json_decref (reply);
  return reply != NULL;
}

/* The description that comes with one of the next events (transfer full). */
static char *
wait_description (const char *session, GError **error)
{
  for (guint i = 0; i < MAX_EVENTS_WAITED; i++)
    {
      json_t *event = talk (session, NULL, error);
      char *sdp = g_strdup (
          json_string_value (json_object_get (json_object_get (event, "jsep"), "sdp")));
      json_t *data = json_object_get (json_object_get (event, "plugindata"), "data");
      const char *why = json_string_value (json_object_get (data, "error"));

      if (why != NULL)
        g_set_error (error, LOAD_ERROR, 0, "%s: %s", session, why);
      if (event == NULL || sdp != NULL || why != NULL)
        {
          json_decref (event);
          return sdp;
        }
      json_decref (event);
    }
  g_set_error (error, LOAD_ERROR, 0, "%s: no description came", session);
  return NULL;
}

static json_t *
new_room (const char *room)
{
  return json_pack ("{s:s, s:s, s:i, s:s, s:s, s:b}", "request", "create", "room", room,
                    "publishers", 1000, "audiocodec", "opus", "videocodec", "vp8",
                    "transport_wide_cc_ext", 1);
}

static json_t *
join_message (const char *room, const char *identity, const char *offer)
{
  return message (json_pack ("{s:s, s:s, s:s, s:s}", "request", "joinandconfigure", "ptype",
                             "publisher", "room", room, "id", identity),
                  "offer", offer);
}

static gboolean
publish (const char *session, const char *handle, const char *room, const char *identity,
         const LoadOffer *own, LoadAnswer *answer, GError **error)
{
  g_autofree char *offer = load_sdp_offer (own);
  g_autofree char *sdp = NULL;

  /* A room that exists answers an error, which is as good. */
  if (!send_message (handle, message (new_room (room), NULL, NULL), error)
      || !send_message (handle, join_message (room, identity, offer), error))
    return FALSE;
  sdp = wait_description (session, error);
  return sdp != NULL && load_sdp_read (sdp, answer, error);
}

static gboolean
watch (const char *session, const char *handle, const char *room, const char *feed,
       const LoadOffer *own, LoadAnswer *answer, GError **error)
{
  json_t *join = json_pack ("{s:s, s:s, s:s, s:[{s:s}]}", "request", "join", "ptype", "subscriber",
                            "room", room, "streams", "feed", feed);
  g_autofree char *offer = NULL, *reply = NULL;

  if (!send_message (handle, message (join, NULL, NULL), error))
    return FALSE;
  offer = wait_description (session, error);
  if (offer == NULL || !load_sdp_read (offer, answer, error))
    return FALSE;
  reply = load_sdp_answer (own, answer);
  return send_message (handle, message (json_pack ("{s:s}", "request", "start"), "answer", reply),
                       error);
}

typedef gboolean (*Join) (const char *session, const char *handle, const char *room,
                          const char *identity, const LoadOffer *own, LoadAnswer *answer,
                          GError **error);

static gboolean
enter (Join join, const char *url, const char *room, const char *identity, const LoadOffer *own,
       LoadAnswer *answer, GError **error)
{
  g_autofree char *handle = NULL;
  g_autofree char *session = NULL;
  gboolean ok;

  memset (answer, 0, sizeof *answer);
  session = open_session (url, &handle, error);
  ok = handle != NULL && join (session, handle, room, identity, own, answer, error);
  if (session != NULL)
    answer->location = g_steal_pointer (&session);
  return ok;
}

gboolean
load_janus_publish (const char *url, const char *room, const char *identity, const LoadOffer *own,
                    LoadAnswer *answer, GError **error)
{
  return enter (publish, url, room, identity, own, answer, error);
}

gboolean
load_janus_watch (const char *url, const char *room, const char *feed, const LoadOffer *own,
                  LoadAnswer *answer, GError **error)
{
  return enter (watch, url, room, feed, own, answer, error);
}

void
load_janus_leave (const char *location)
{
  json_decref (talk (location, json_pack ("{s:s}", "janus", "destroy"), NULL));
}
