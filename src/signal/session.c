/* SPDX-License-Identifier: Apache-2.0 */
/* One socket: what is sent on it, who it is, and whether it may go on. */
#include "signal/session.h"

#include "brand/brands.h"
#include "live/visitors.h"
#include "signal/encode.h"
#include "signal/handlers.h"

#include <string.h>

static gint64
now_us (const ParlorSession *session)
{
  ParlorClock *clock = session->signal->spec.clock;
  return clock->now_us (clock);
}

ParlorSession *
parlor_session_new (ParlorSignal *signal, const ParlorSignalSocket *socket)
{
  ParlorSession *session = g_new0 (ParlorSession, 1);
  session->signal = signal;
  session->peer = g_strdup (socket->peer);
  session->base_url = g_strdup (socket->base_url);
  session->origin = g_strdup (socket->origin);
  session->of_all = socket->of_all;
  session->trusted = socket->trusted;
  session->principal = socket->principal;
  session->visitors = g_strdup (socket->visitors);
  session->opened_us = now_us (session);
  session->stats_us = G_MININT64;
  return session;
}

void
parlor_session_free (ParlorSession *session)
{
  json_decref (session->join_id);
  g_clear_pointer (&session->held, g_ptr_array_unref);
  g_clear_pointer (&session->promises, g_ptr_array_unref);
  g_free (session->peer);
  g_free (session->base_url);
  g_free (session->origin);
  g_free (session->visitors);
  g_free (session);
}

/* ---- saying --------------------------------------------------------------------------------- */

typedef void (*Send) (ParlorWebSocket *socket, const char *text, gsize length);

static void
send_text (ParlorSession *session, json_t *json, Send send)
{
  char *text = json_dumps (json, JSON_COMPACT);
  if (text && session->socket)
    send (session->socket, text, strlen (text));
  free (text);
  json_decref (json);
}

void
parlor_session_send (ParlorSession *session, json_t *json)
{
  send_text (session, json, parlor_websocket_send);
}

void
parlor_session_send_deflated (ParlorSession *session, json_t *json)
{
  send_text (session, json, parlor_websocket_send_deflated);
}

void
parlor_session_send_error (ParlorSession *session, const char *code, const char *message)
{
  session->signal->stats.refused_messages++;
  parlor_session_send (session, parlor_encode_error (session->request_id, code, message));
}

void
parlor_session_close (ParlorSession *session, guint16 code, const char *reason)
{
  if (session->socket)
    parlor_websocket_close (session->socket, code, reason);
}

gboolean
parlor_session_take_credit (gint64 *credit_us, gint64 interval_us, guint burst, gint64 now_us)
{
  gint64 full_us = MAX (*credit_us, now_us) + interval_us;
  if (full_us - now_us > burst * interval_us)
    return FALSE;
  *credit_us = full_us;
  return TRUE;
}

void
parlor_session_forget (ParlorSession *session)
{
  session->participant = NULL;
}

/* ---- who ------------------------------------------------------------------------------------ */

void
parlor_session_visitor (const ParlorSession *session, const char *brand, char out[PARLOR_ID_TEXT])
{
  gsize length = brand ? strlen (brand) : 0;
  *out = '\0';
  for (const char *at = session->visitors; length && at && *at;)
    {
      gsize n = strcspn (at, " ");
      if (n > length + 1 && n - length - 1 < PARLOR_ID_TEXT && at[length] == '='
          && !strncmp (at, brand, length))
        {
          g_snprintf (out, PARLOR_ID_TEXT, "%.*s", (int)(n - length - 1), at + length + 1);
          return;
        }
      at += n + (at[n] == ' ');
    }
}

gboolean
parlor_session_fits (const ParlorSession *session, const char *brand)
{
  const ParlorBrands *brands = session->signal->spec.brands;
  const ParlorBrand *row = session->origin && brands ? parlor_brands_get (brands, brand) : NULL;
  return !session->origin || session->of_all
         || (row && !row->closed_ms && parlor_brand_has_origin (row, session->origin));
}

gboolean
parlor_session_take_visitor (ParlorSession *session, const json_t *message, const char *brand)
{
  const ParlorSignalSpec *spec = &session->signal->spec;
  const char *key = parlor_message_string (message, "visitor");
  if (!session->origin)
    return TRUE;
  const ParlorVisitor *visitor = spec->visitors ? parlor_visitors_recognise_at (
                                     spec->visitors, brand, session->origin, key,
                                     spec->clock->wall_ms (spec->clock))
                                                : NULL;
  g_free (session->visitors);
  session->visitors = visitor ? g_strconcat (brand, "=", visitor->id, NULL) : NULL;
  return visitor != NULL;
}

gboolean
parlor_session_is_revoked (const ParlorSession *session)
{
  const ParlorSignalSpec *spec = &session->signal->spec;
  gint64 now_ms = spec->clock->wall_ms (spec->clock);
  return !spec->auth->stands (spec->auth, &session->principal, now_ms)
         || (session->rep && !spec->auth->stands (spec->auth, &session->desk_principal, now_ms));
}

void
parlor_session_end_revoked (ParlorSession *session)
{
  ParlorParticipant *participant = session->participant;
  parlor_session_forget (session);
  if (participant)
    parlor_participant_leave (participant, now_us (session));
  parlor_session_close (session, 4401, "revoked");
}
