/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of service reps: the page's side (tap, chat, call) and the console's. */
#include "base/error.h"
#include "live/live.h"
#include "room/room.h"
#include "signal/desk_private.h"
#include "signal/encode_service.h"
#include "signal/audience.h"
#include "signal/handlers.h"

#include <string.h>

static ParlorMoment
moment_of (ParlorSession *session, gint64 now_us)
{
  ParlorClock *clock = session->signal->spec.clock;
  return (ParlorMoment){now_us, clock->wall_ms (clock)};
}

static ParlorDesk *
desk_of (ParlorSession *session)
{
  return session->signal->desk;
}

static ParlorService *
service_of (ParlorSession *session)
{
  return desk_service (desk_of (session));
}

static const char *
key_of (const ParlorSession *session)
{
  return session->rep ? session->rep->id : session->desk_visitor;
}

static ParlorAuthor
author_of (const ParlorSession *session)
{
  return session->rep ? PARLOR_BY_REP : PARLOR_BY_CUSTOMER;
}

/* ---- attaching ------------------------------------------------------------------------------- */

void
parlor_session_detach (ParlorSession *session, gint64 now_us)
{
  ParlorDesk *desk = desk_of (session);
  if (!desk || !session->attached)
    return;
  desk_remove (desk, key_of (session), session);
  session->attached = FALSE;
  if (session->rep && !session->rep->departed)
    parlor_service_rep_disconnected (session->rep, moment_of (session, now_us));
  else if (!session->rep)
    parlor_service_visitor_disconnected (service_of (session), session->desk_visitor);
  session->rep = NULL;
}

static ParlorServiceBrand *
brand_of (ParlorSession *session, const json_t *message)
{
  const char *name = parlor_message_string (message, "brand");
  const char *own = *session->principal.brand ? session->principal.brand : NULL;
  if (session->participant)
    own = parlor_room_info (parlor_participant_room (session->participant))->brand;
  return parlor_service_brand (service_of (session), own ? own : name ? name : PARLOR_DEMO_BRAND);
}

/* This brand's cookie; else the page's own device key, of which only the hash is a name. */
static gboolean
take_visitor (ParlorSession *session, const json_t *message, const ParlorServiceBrand *brand,
              GError **error)
{
  if (!parlor_session_take_visitor (session, message, brand->id))
    return parlor_message_refuse (error, PARLOR_ERROR_UNAUTHORIZED,
                                  "This site's session has ended: POST /v1/sessions again.");
  const char *device = parlor_message_string (message, "device");
  const ParlorPrincipal *principal = &session->principal;
  parlor_session_visitor (session, brand->id, session->desk_visitor);
  if (*session->desk_visitor)
    return TRUE;
  if (principal->caller == PARLOR_CALLER_VISITOR && *principal->subject
      && !strcmp (principal->brand, brand->id))
    {
      g_strlcpy (session->desk_visitor, principal->subject, sizeof session->desk_visitor);
      return TRUE;
    }
  return parlor_service_visitor_of_device (device, session->desk_visitor)
         || parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                   "A visitor needs a device key of at least 128 bits.");
}

/* What is no token of ours may be one that the brand's own system understands. */
static gboolean
asks_brand (ParlorSession *session, ParlorServiceBrand *brand, const char *token)
{
  const char *room = session->participant
                         ? parlor_room_info (parlor_participant_room (session->participant))->id
                         : NULL;
  return parlor_service_ask_identity (brand, session->desk_visitor, token, room, session->peer);
}

/* A token of the brand that is for no room says who somebody is; those of a room, which the server
 * makes for anybody who has a link, say nothing of the kind. */
static gboolean
take_identity (ParlorSession *session, const json_t *message, ParlorServiceBrand *brand,
               gint64 now_us, GError **error)
{
  ParlorAuth *auth = session->signal->spec.auth;
  const char *token = parlor_message_string (message, "identity");
  ParlorMoment now = moment_of (session, now_us);
  if (parlor_message_flag (message, "signed_out"))
    parlor_service_sign_out (brand, session->desk_visitor);
  if (!token)
    return TRUE;
  g_autoptr (ParlorClaims) claims = auth->verify (auth, token, now.wall_ms, error);
  if (!claims && asks_brand (session, brand, token))
    {
      g_clear_error (error);
      return TRUE; /* he is who he was until the brand says more */
    }
  if (!claims)
    return FALSE;
  if (claims->room || claims->guest || claims->pass || g_strcmp0 (claims->brand, brand->id))
    return parlor_message_refuse (error, PARLOR_ERROR_UNAUTHORIZED,
                                  "That token does not say who somebody is.");
  return parlor_service_identify (brand, session->desk_visitor, claims->identity, claims->name, now,
                                  error);
}

static gboolean
take_person (ParlorSession *session, const json_t *message, ParlorServiceBrand *brand,
             gint64 now_us, GError **error)
{
  const char *keep = parlor_message_string (message, "keep");
  gboolean agreed = json_is_true (json_object_get (message, "agreed"));
  return (!keep
          || parlor_service_redeem (brand, keep, session->desk_visitor, agreed,
                                    moment_of (session, now_us), error))
         && take_identity (session, message, brand, now_us, error);
}

static gboolean
attach_visitor (ParlorSession *session, const json_t *message, ParlorServiceBrand *brand,
                gint64 now_us, GError **error)
{
  if (!take_visitor (session, message, brand, error))
    return FALSE;
  const ParlorCustomer *before = parlor_service_customer_of (brand, session->desk_visitor);
  gboolean known = before && before->ref;
  gboolean taken = take_person (session, message, brand, now_us, error);
  /* His other tabs show what was his. */
  if (known && parlor_service_customer_of (brand, session->desk_visitor) != before)
    desk_left (desk_of (session), session->desk_visitor, brand);
  if (!taken)
    return FALSE;
  g_strlcpy (session->desk_brand, brand->id, sizeof session->desk_brand);
  session->attached = TRUE;
  parlor_service_visitor_connected (service_of (session), session->desk_visitor);
  desk_add (desk_of (session), session->desk_visitor, session);
  json_t *json = desk_visitor_json (brand, session->desk_visitor);
  session->desk_present = desk_present (brand);
  json_object_set (json, "id", session->request_id);
  parlor_session_send (session, json);
  if (!session->participant)
    parlor_audience_send_due (session);
  return TRUE;
}

static json_t *
rep_threads (const ParlorRep *rep)
{
  json_t *list = json_array ();
  GHashTable *seen = g_hash_table_new (NULL, NULL);
  for (const GList *l = rep->conversations.head; l; l = l->next)
    {
      g_hash_table_add (seen, l->data);
      json_array_append_new (list, parlor_encode_conversation (l->data, PARLOR_FOR_STAFF));
    }
  for (const GList *l = rep->bindings.tail; l && json_array_size (list) < 200; l = l->prev)
    {
      ParlorConversation *conversation = ((ParlorBinding *)l->data)->conversation;
      if (conversation && !g_hash_table_contains (seen, conversation))
        json_array_append_new (list, parlor_encode_conversation (conversation, PARLOR_FOR_STAFF));
    }
  g_hash_table_unref (seen);
  return list;
}

static json_t *
rep_offers (const ParlorRep *rep)
{
  json_t *list = json_array ();
  for (guint i = 0; i < rep->places->len; i++)
    for (const GList *l = ((const ParlorRepPlace *)rep->places->pdata[i])->group->queue.head; l;
         l = l->next)
      {
        const ParlorOffer *offer = ((const ParlorConversation *)l->data)->offer;
        if (offer && offer->rep == rep)
          json_array_append_new (list, parlor_encode_offer (offer));
      }
  return list;
}

static json_t *
colleagues (const ParlorRep *rep)
{
  json_t *list = json_array ();
  for (guint i = 0; i < rep->brand->reps->len && json_array_size (list) < 500; i++)
    if (!((ParlorRep *)rep->brand->reps->pdata[i])->departed)
      json_array_append_new (list,
                             parlor_encode_rep (rep->brand->reps->pdata[i], PARLOR_FOR_STAFF));
  return list;
}

/* Whom the caller may be: himself; in the demo, where everybody is the owner, any rep. */
static ParlorRep *
own_rep (ParlorSession *session, const json_t *message, ParlorServiceBrand *brand, GError **error)
{
  const ParlorPrincipal *principal = &session->principal;
  const char *named = parlor_message_string (message, "rep");
  ParlorRep *rep = *principal->rep ? parlor_service_rep (brand, principal->rep)
                                   : parlor_service_rep_of_user (brand, principal->subject);
  gboolean of_brand = !strcmp (principal->brand, brand->id);
  if (of_brand && named && session->trusted && session->signal->spec.demo)
    rep = parlor_service_rep (brand, named);
  gboolean may = of_brand && rep && parlor_principal_is_any (principal, PARLOR_BRAND_REP);
  if (may && !rep->departed)
    return rep;
  parlor_message_refuse (error, PARLOR_ERROR_FORBIDDEN,
                         may ? "This rep has departed." : "You are not a rep of this brand.");
  return NULL;
}

static gboolean
attach_rep (ParlorSession *session, const json_t *message, ParlorServiceBrand *brand, gint64 now_us,
            GError **error)
{
  ParlorRep *rep = own_rep (session, message, brand, error);
  if (!rep)
    return FALSE;
  session->rep = rep;
  session->desk_principal = session->principal;
  session->attached = TRUE;
  g_strlcpy (session->desk_brand, brand->id, sizeof session->desk_brand);
  json_t *json = json_pack ("{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o}", "t", "attached", "as", "rep",
                            "brand", brand->id, "brand_name", brand->name, "rep",
                            parlor_encode_rep (rep, PARLOR_FOR_STAFF), "threads", rep_threads (rep),
                            "offers", rep_offers (rep), "colleagues", colleagues (rep));
  json_object_set (json, "id", session->request_id);
  parlor_session_send (session, json);
  desk_add (desk_of (session), rep->id, session);
  parlor_service_rep_connected (rep, moment_of (session, now_us));
  for (const GList *l = rep->conversations.head; l; l = l->next)
    if (((const ParlorConversation *)l->data)->assist)
      parlor_session_send (session, parlor_encode_assist (l->data));
  return TRUE;
}

gboolean
parlor_on_attach (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  const char *as = parlor_message_string (message, "as");
  if (!desk_of (session))
    return parlor_message_refuse (error, PARLOR_ERROR_UNAVAILABLE, "There is no service here.");
  ParlorServiceBrand *brand = brand_of (session, message);
  if (!brand)
    return parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such brand.");
  if (!parlor_session_fits (session, brand->id))
    return parlor_message_refuse (error, PARLOR_ERROR_FORBIDDEN,
                                  "This page's origin is not one of the brand's origins.");
  parlor_session_detach (session, now_us);
  if (!strcmp (as, "visitor"))
    return attach_visitor (session, message, brand, now_us, error);
  if (!strcmp (as, "rep"))
    return attach_rep (session, message, brand, now_us, error);
  return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST, "as is \"visitor\" or \"rep\".");
}

/* ---- the tap --------------------------------------------------------------------------------- */

static gboolean
is_visitor (const ParlorSession *session, GError **error)
{
  return !session->rep
         || parlor_message_refuse (error, PARLOR_ERROR_FORBIDDEN, "This is for a visitor's page.");
}

static gboolean
is_rep (const ParlorSession *session, GError **error)
{
  return session->rep
         || parlor_message_refuse (error, PARLOR_ERROR_FORBIDDEN, "This is for a rep's console.");
}

static gint64
number_of (const json_t *message, const char *name, gint64 otherwise)
{
  const json_t *value = json_object_get (message, name);
  return json_is_number (value) ? (gint64)json_number_value (value) : otherwise;
}

/* The group of the stream beside which he tapped. */
static const char *
room_group (ParlorSession *session, ParlorServiceBrand *brand, const char *room)
{
  const ParlorLiveRoom *live = parlor_live_find (session->signal->spec.live, room);
  const ParlorLiveInfo *info = live ? parlor_live_info (live) : NULL;
  const ParlorGroup *group = info && !strcmp (info->brand, brand->id)
                                 ? parlor_service_group (brand, info->rep_group)
                                 : NULL;
  return group ? group->id : NULL;
}

/* What the page says, else the group of the entry that it names or that he came by, else the
 * stream's. */
static const char *
group_of (ParlorSession *session, const json_t *message, const ParlorTouch *touch, const char *room)
{
  const ParlorVisitors *visitors = session->signal->spec.visitors;
  const char *said = parlor_message_string (message, "group");
  const char *entry_id = parlor_message_string (message, "entry");
  if (!entry_id && touch)
    entry_id = touch->entry;
  const ParlorEntry *entry = visitors && entry_id ? parlor_visitors_find_entry (visitors, entry_id)
                                                  : NULL;
  ParlorServiceBrand *brand = parlor_service_brand (service_of (session), session->desk_brand);
  if (said || !brand)
    return said;
  gboolean ours = entry && !strcmp (entry->brand, session->desk_brand);
  const ParlorGroup *group = ours ? parlor_service_group (brand, entry->rep_group) : NULL;
  return group ? group->id : room_group (session, brand, room);
}

gboolean
parlor_on_tap (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  const ParlorTouch *touch;
  const char *inviter = parlor_message_string (message, "inviter");
  const char *led_by = parlor_audience_led_by (session, session->desk_brand, session->desk_visitor,
                                               &touch);
  const char *room = session->participant
                         ? parlor_room_info (parlor_participant_room (session->participant))->id
                         : parlor_message_string (message, "room");
  ParlorTapSpec spec = {
      .brand = session->desk_brand,
      .visitor = session->desk_visitor,
      .address = session->peer,
      .tap = parlor_message_string (message, "id"),
      .entry = parlor_message_string (message, "entry"),
      .touch = touch ? touch->id : NULL,
      .inviter = inviter   ? inviter
                 : *led_by ? led_by
                           : NULL,
      .group = group_of (session, message, touch, room),
      .product = parlor_message_string (message, "product"),
      .room = room,
      .room_ms = number_of (message, "room_ms", -1),
  };
  return is_visitor (session, error)
         && parlor_service_tap (service_of (session), &spec, moment_of (session, now_us), error);
}

gboolean
parlor_on_bind (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  const char *tap = parlor_message_string (message, "tap");
  if (!is_visitor (session, error))
    return FALSE;
  if (parlor_message_flag (message, "no"))
    return parlor_service_decline (service_of (session), session->desk_brand, session->desk_visitor,
                                   tap, error);
  return parlor_service_bind (service_of (session), session->desk_brand, session->desk_visitor, tap,
                              moment_of (session, now_us), error);
}

static ParlorBinding *
own_binding (ParlorSession *session, const json_t *message, GError **error)
{
  ParlorBinding *binding = parlor_service_binding (service_of (session), session->desk_brand,
                                                   parlor_message_string (message, "binding"));
  ParlorServiceBrand *brand = parlor_service_brand (service_of (session), session->desk_brand);
  if (binding && !session->rep
      && parlor_service_customer_of (brand, session->desk_visitor) == binding->customer)
    return binding;
  parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such binding.");
  return NULL;
}

/* What the customer does with his person: end (and never again), undo, yes, no; and his word on
 * whether one is to be his own adviser. */
gboolean
parlor_on_binding (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorMoment now = moment_of (session, now_us);
  const char *act = parlor_message_string (message, "act");
  ParlorBinding *binding = own_binding (session, message, error);
  if (!binding)
    return FALSE;
  if (!strcmp (act, "end"))
    return parlor_service_unbind (binding, FALSE, now, error);
  if (!strcmp (act, "remove"))
    return parlor_service_unbind (binding, TRUE, now, error);
  if (!strcmp (act, "undo"))
    return parlor_service_undo (binding, now, error);
  if (!strcmp (act, "accept") || !strcmp (act, "refuse"))
    return parlor_service_answer_transfer (binding, !strcmp (act, "accept"), now, error);
  if (!strcmp (act, "upgrade") || !strcmp (act, "stay"))
    return parlor_service_answer_upgrade (binding, !strcmp (act, "upgrade"), now, error);
  return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                "act is end, remove, undo, accept, refuse, upgrade or stay.");
}

/* A link for one further device; it goes to this page alone. */
gboolean
parlor_on_keep (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  char token[PARLOR_TOKEN_SIZE];
  gint64 until_ms = 0;
  ParlorBinding *binding = own_binding (session, message, error);
  if (!binding
      || !parlor_service_keep (binding->customer, token, &until_ms, moment_of (session, now_us),
                               error))
    return FALSE;
  json_t *json = json_pack ("{s:s,s:s,s:s,s:I}", "t", "kept", "binding", binding->id, "token",
                            token, "until", (json_int_t)until_ms);
  json_object_set (json, "id", session->request_id);
  parlor_session_send (session, json);
  return TRUE;
}

/* ---- conversations --------------------------------------------------------------------------- */

/* As whom the socket's holder is judged: its own principal knows nothing of a device key. */
static ParlorPrincipal
desk_principal (const ParlorSession *session)
{
  ParlorPrincipal principal = session->desk_principal;
  if (session->rep)
    {
      g_strlcpy (principal.rep, session->rep->id, sizeof principal.rep);
      return principal;
    }
  principal = (ParlorPrincipal){.caller = PARLOR_CALLER_VISITOR};
  g_strlcpy (principal.brand, session->desk_brand, sizeof principal.brand);
  g_strlcpy (principal.subject, session->desk_visitor, sizeof principal.subject);
  return principal;
}

static ParlorConversation *
find_conversation (ParlorSession *session, const json_t *message, ParlorServiceRight right,
                   gint64 now_us, GError **error)
{
  ParlorPrincipal principal = desk_principal (session);
  ParlorConversation *conversation = parlor_service_conversation (
      service_of (session), session->desk_brand, parlor_message_string (message, "conversation"));
  if (!conversation)
    parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such conversation.");
  else if (parlor_service_may (conversation, &principal, right,
                               parlor_message_string (message, "reason"),
                               moment_of (session, now_us), error))
    return conversation;
  return NULL;
}

/* A picture or a material stands in `data`. */
static const char *
shown_of (const json_t *data)
{
  const char *upload = json_string_value (json_object_get (data, "upload"));
  return upload ? upload : json_string_value (json_object_get (data, "material"));
}

gboolean
parlor_on_say (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorConversation *conversation = find_conversation (session, message, PARLOR_MAY_WRITE, now_us,
                                                        error);
  const json_t *data = json_object_get (message, "data");
  char *data_text = json_is_object (data) ? json_dumps (data, JSON_COMPACT) : NULL;
  ParlorSaySpec spec = {
      .conversation = conversation,
      .by = author_of (session),
      .rep = session->rep,
      .client_id = parlor_message_string (message, "client_id"),
      .kind = parlor_message_string (message, "kind"),
      .text = parlor_message_string (message, "text"),
      .data = data_text,
      .shown = shown_of (data),
      .stream_ms = number_of (message, "stream_ms", -1),
  };
  gboolean asked = conversation
                   && desk_say_asked (desk_of (session), key_of (session), session, &spec, error);
  const ParlorMessage *said = conversation && !asked && !*error ? parlor_service_say (
                                  service_of (session), &spec, moment_of (session, now_us), error)
                                                                : NULL;
  free (data_text);
  if (said)
    desk_said (desk_of (session), key_of (session), said, session->request_id);
  return asked || said;
}

gboolean
parlor_on_typing (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorConversation *conversation = find_conversation (session, message, PARLOR_MAY_WRITE, now_us,
                                                        error);
  if (conversation)
    parlor_service_typing (conversation, author_of (session));
  return conversation != NULL;
}

gboolean
parlor_on_seen (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorConversation *conversation = find_conversation (session, message, PARLOR_MAY_WRITE, now_us,
                                                        error);
  if (conversation)
    parlor_service_read (conversation, author_of (session), number_of (message, "seq", 0),
                         moment_of (session, now_us));
  return conversation != NULL;
}

gboolean
parlor_on_history (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorConversation *conversation = find_conversation (session, message, PARLOR_MAY_READ, now_us,
                                                        error);
  if (conversation)
    desk_history (desk_of (session), key_of (session), conversation,
                  number_of (message, "before", 0), session->request_id);
  return conversation != NULL;
}

/* ---- the bot --------------------------------------------------------------------------------- */

/* 「转人工」 */
gboolean
parlor_on_human (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorConversation *conversation = find_conversation (session, message, PARLOR_MAY_WRITE, now_us,
                                                        error);
  return conversation && is_visitor (session, error)
         && parlor_service_want_human (conversation, moment_of (session, now_us), error);
}

gboolean
parlor_on_feedback (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorConversation *conversation = find_conversation (session, message, PARLOR_MAY_WRITE, now_us,
                                                        error);
  return conversation && is_visitor (session, error)
         && parlor_service_feedback (conversation, parlor_message_string (message, "message"),
                                     parlor_message_flag (message, "good"),
                                     moment_of (session, now_us), error);
}

/* ---- what he thinks of it -------------------------------------------------------------------- */

gboolean
parlor_on_rate (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorConversation *conversation = find_conversation (session, message, PARLOR_MAY_WRITE, now_us,
                                                        error);
  return conversation && is_visitor (session, error)
         && parlor_service_rate (conversation, (guint)number_of (message, "score", 0),
                                 parlor_message_string (message, "text"),
                                 moment_of (session, now_us), error);
}

/* ---- the console ----------------------------------------------------------------------------- */

gboolean
parlor_on_reply_offer (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  const char *offer = parlor_message_string (message, "offer");
  ParlorMoment now = moment_of (session, now_us);
  if (!is_rep (session, error))
    return FALSE;
  return json_is_true (json_object_get (message, "yes"))
             ? parlor_service_accept (session->rep, offer, now, error)
             : parlor_service_reject (session->rep, offer, now, error);
}

gboolean
parlor_on_suspend (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  if (!is_rep (session, error))
    return FALSE;
  parlor_service_rep_suspend (session->rep, parlor_message_flag (message, "on"),
                              moment_of (session, now_us));
  return TRUE;
}

gboolean
parlor_on_thread (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorMoment now = moment_of (session, now_us);
  const char *note = parlor_message_string (message, "note");
  const char *tags = parlor_message_string (message, "tags");
  const char *to = parlor_message_string (message, "assign");
  ParlorConversation *conversation = is_rep (session, error) ? find_conversation (
                                         session, message, to ? PARLOR_MAY_MOVE : PARLOR_MAY_WRITE,
                                         now_us, error)
                                                             : NULL;
  if (!conversation)
    return FALSE;
  if (note)
    parlor_service_note (conversation, note);
  if (tags && !parlor_service_edit_customer (conversation->customer, NULL, NULL, tags, now, error))
    return FALSE;
  if (parlor_message_flag (message, "close"))
    return parlor_service_set_state (conversation, PARLOR_CONVERSATION_ENDED, -1, now, error);
  if (!to)
    return TRUE;
  ParlorRep *rep = parlor_service_rep (session->rep->brand, to);
  if (!rep)
    return parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such rep.");
  return parlor_service_assign (conversation, rep, now, error);
}

/* He offers himself as the customer's personal adviser. */
gboolean
parlor_on_upgrade (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorConversation *conversation = is_rep (session, error) ? find_conversation (
                                         session, message, PARLOR_MAY_WRITE, now_us, error)
                                                             : NULL;
  return conversation
         && parlor_service_offer_upgrade (conversation, session->rep, moment_of (session, now_us),
                                          error);
}

/* What he asks about now: the product whose sheet is open; what the stream showed when he tapped.
 */
gboolean
parlor_on_about (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorConversation *conversation = find_conversation (session, message, PARLOR_MAY_WRITE, now_us,
                                                        error);
  const char *product = parlor_message_string (message, "product"),
             *still = parlor_message_string (message, "still");
  if (conversation && product)
    parlor_service_about (conversation, product);
  if (conversation && still)
    return is_visitor (session, error) && parlor_service_still (conversation, still, error);
  return conversation != NULL;
}

/* ---- calls ----------------------------------------------------------------------------------- */

gboolean
parlor_on_call (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorConversation *conversation = find_conversation (session, message, PARLOR_MAY_WRITE, now_us,
                                                        error);
  return conversation
         && parlor_service_ring (conversation, session->rep != NULL,
                                 parlor_message_flag (message, "video"), NULL, NULL,
                                 moment_of (session, now_us), error);
}

/* What only the reps of a call do: take it, ask a colleague in, hand it to him, send him away. */
static const char *const rep_acts[] = {"take", "invite", "hand_over", "dismiss", NULL};

static gboolean
on_rep_call_act (ParlorSession *session, ParlorCall *call, const json_t *message, ParlorMoment now,
                 GError **error)
{
  const char *act = parlor_message_string (message, "act");
  const char *id = parlor_message_string (message, "rep");
  if (!strcmp (act, "take"))
    return parlor_service_call_take (call, session->rep, now, error);
  if (!strcmp (act, "dismiss"))
    return parlor_service_call_dismiss (call, now, error);
  ParlorRep *rep = id ? parlor_service_rep (session->rep->brand, id) : NULL;
  if (!rep)
    return parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such rep.");
  return !strcmp (act, "invite") ? parlor_service_call_invite (call, rep, now, error)
                                 : parlor_service_call_take (call, rep, now, error);
}

/* Another rep may take a call that he could have had, and does nothing else with it. */
static gboolean
is_anothers (const ParlorSession *session, const ParlorCall *call, const char *act)
{
  return session->rep && call->rep != session->rep && call->expert != session->rep
         && strcmp (act, "take") != 0;
}

/* Answer, decline, hang up: {"act"}; what else a rep can do is above. Whom he asked in hangs up for
 * himself alone. */
gboolean
parlor_on_call_act (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)
{
  ParlorMoment now = moment_of (session, now_us);
  ParlorPrincipal principal = desk_principal (session);
  const char *act = parlor_message_string (message, "act");
  ParlorCall *call = parlor_service_find_call (service_of (session), session->desk_brand,
                                               parlor_message_string (message, "call"));
  gboolean expert = call && session->rep && call->expert == session->rep;
  gboolean mine = call
                  && (expert || call->rep == session->rep
                      || parlor_service_may (call->conversation, &principal, PARLOR_MAY_WRITE, NULL,
                                             now, NULL));
  if (!mine)
    return parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such call.");
  if (is_anothers (session, call, act))
    return parlor_message_refuse (error, PARLOR_ERROR_FORBIDDEN, "The call is another's.");
  if (expert && (!strcmp (act, "end") || !strcmp (act, "decline")))
    return parlor_service_call_dismiss (call, now, error);
  if (!strcmp (act, "end"))
    return parlor_service_call_end (call, author_of (session), now, error);
  if (session->rep && g_strv_contains (rep_acts, act))
    return on_rep_call_act (session, call, message, now, error);
  if (strcmp (act, "answer") && strcmp (act, "decline"))
    return parlor_message_refuse (
        error, PARLOR_ERROR_BAD_REQUEST,
        "act is answer, decline or end; a rep's also take, invite, dismiss or hand_over.");
  if (call->by_rep == (session->rep != NULL))
    return parlor_message_refuse (error, PARLOR_ERROR_CONFLICT, "The other side answers.");
  return parlor_service_call_answer (call, !strcmp (act, "answer"), now, error);
}
