/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to the stage of a live room, for those who make it: into the host's console again, into an
 * assistant's, and for an encoder (decision 0104). */
#include "base/text.h"
#include "http/access.h"
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"

#include <string.h>

#define HOUR_MS (3600 * G_GINT64_CONSTANT (1000))

typedef struct
{
  const char *name, *prefix;
  ParlorRole role;
  ParlorRights granted;
  gint64 valid_ms;
} Way;

/* An encoder has no page that could be asked whether it may be recorded: who hands out its key says
 * so. It may publish and nothing else, since its key stands in a file of that program. */
static const Way ways[] = {
    {"host", "u", PARLOR_ROLE_HOST, PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE, 12 * HOUR_MS},
    {"assistant", "u", PARLOR_ROLE_HOST, PARLOR_RIGHT_SUBSCRIBE, 12 * HOUR_MS},
    {"encoder", "enc", PARLOR_ROLE_MEMBER,
     PARLOR_RIGHT_PUBLISH_MICROPHONE | PARLOR_RIGHT_PUBLISH_CAMERA | PARLOR_RIGHT_RECORD,
     7 * 24 * HOUR_MS},
};

static const Way *
find_way (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    if (g_strcmp0 (ways[i].name, name) == 0)
      return &ways[i];
  return NULL;
}

/* The holder of a token hands on what he has, and for no longer. FALSE: the reply says why not. */
static gboolean
bound_by_bearer (ParlorSite *site, const ParlorHttpRequest *request, ParlorClaims *claims,
                 ParlorHttpReply *reply)
{
  if (!parlor_http_bearer (request))
    return TRUE;
  g_autoptr (GError) error = NULL;
  g_autoptr (ParlorClaims) own = parlor_site_claims (site, request, &error);
  ParlorRights wanted = claims->granted & ~PARLOR_RIGHT_RECORD;
  if (!own)
    parlor_http_problem_from_error (reply, error);
  else if (wanted & ~own->granted)
    parlor_http_problem (reply, 403, "forbidden", "This token may not publish.");
  else
    {
      claims->expires_ms = MIN (claims->expires_ms, own->expires_ms);
      return TRUE;
    }
  return FALSE;
}

static char *
url_of (ParlorSite *site, const ParlorHttpRequest *request, const Way *way,
        const ParlorClaims *claims, const char *token)
{
  g_autofree char *base = parlor_site_base_url (site, request);
  if (way->role == PARLOR_ROLE_HOST)
    return g_strdup_printf ("%s/host#%s/%s", base, claims->room, token);
  return g_strdup_printf ("%s/whip/%s/%s", base, claims->room, claims->identity);
}

static void
answer (ParlorSite *site, const ParlorHttpRequest *request, const Way *way, ParlorClaims *claims,
        ParlorHttpReply *reply)
{
  if (!bound_by_bearer (site, request, claims, reply))
    return;
  g_autofree char *token = parlor_keyring_sign (site->spec.keyring, claims, NULL);
  if (!token)
    {
      parlor_http_problem (reply, 503, "unavailable", "This server has no API key yet.");
      return;
    }
  g_autofree char *url = url_of (site, request, way, claims, token);
  parlor_http_reply_json (reply, 201,
                          json_pack ("{s:s,s:s,s:s,s:s,s:I}", "as", way->name, "identity",
                                     claims->identity, "token", token, "url", url, "expires_at",
                                     (json_int_t)claims->expires_ms));
}

void
parlor_handle_console (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorRoom *room;
  if (!parlor_site_find_live (site, request, PARLOR_TOKEN_OF_HOST, &room, reply))
    return;
  json_t *json = parlor_http_json_body (request);
  const Way *way = find_way (json_string_value (json_object_get (json, "as")));
  const char *said = json_string_value (json_object_get (json, "name"));
  g_autofree char *name = said && *said ? parlor_text_line (said, PARLOR_NAME_MAX, "name", &error)
                                        : NULL;
  json_decref (json);
  if (!way || error)
    {
      parlor_http_problem (reply, 400, "bad_request",
                           error ? error->message
                                 : "The body must be {\"as\":\"host|assistant|encoder\"}.");
      return;
    }
  char identity[PARLOR_ID_SIZE];
  const ParlorRoomInfo *info = parlor_room_info (room);
  parlor_id_make (way->prefix, &site->spec.random, identity);
  ParlorClaims claims = {
      .identity = identity,
      .brand = (char *)info->brand,
      .room = (char *)info->id,
      .name = name,
      .role = way->role,
      .granted = way->granted,
      .expires_ms = site->spec.clock->wall_ms (site->spec.clock) + way->valid_ms,
  };
  answer (site, request, way, &claims, reply);
}
