/* SPDX-License-Identifier: Apache-2.0 */
/* Invitations to a room and partners of a brand: made, listed, sent again, taken back; and what the
 * holder of such a link gets for it. */
#include "base/text.h"
#include "http/access.h"
#include "http/durable.h"
#include "http/audit.h"
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"

#include <string.h>

static gboolean
has_passes (ParlorSite *site, ParlorHttpReply *reply)
{
  if (site->spec.passes)
    return TRUE;
  parlor_http_problem (reply, 503, "unavailable", "This server keeps no passes.");
  return FALSE;
}

/* The brand's own key; NULL = it has none, then there are no links. */
static const char *
key_of (const ParlorSite *site, const char *brand)
{
  const ParlorBrand *row = site->spec.brands ? parlor_brands_get (site->spec.brands, brand) : NULL;
  return row && row->secret && *row->secret ? row->secret : NULL;
}

/* ---- showing -------------------------------------------------------------------------------- */

/* An invitation leads into its room; a partner's pass to the front door, which remembers it. */
static char *
url_of (ParlorSite *site, const ParlorHttpRequest *request, const ParlorPassRow *row)
{
  char secret[PARLOR_SHARE_SECRET_SIZE];
  const char *key = key_of (site, row->brand);
  ParlorRoom *room = parlor_rooms_find (site->spec.rooms, row->room);
  if (!key || row->revoked_ms)
    return NULL;
  parlor_pass_secret (row, key, secret);
  g_autofree char *base = room ? parlor_site_join_url (site, request, room)
                               : parlor_site_base_url (site, request);
  return g_strdup_printf ("%s%s%s.%s", base, room ? "." : "/#", row->id, secret);
}

static json_t *
pass_to_json (ParlorSite *site, const ParlorHttpRequest *request, const ParlorPassRow *row)
{
  g_autofree char *url = url_of (site, request, row);
  json_t *json = json_pack ("{s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:s?}", "id", row->id, "name",
                            row->name, "contact", row->contact, "role", row->role, "state",
                            parlor_pass_state (row), "created_at", (json_int_t)row->created_ms,
                            "sent_at", (json_int_t)row->sent_ms, "used_at",
                            (json_int_t)row->used_ms, "uses", (json_int_t)row->uses, "url", url);
  if (parlor_pass_is_partner (row))
    json_object_set_new (json, "company", json_string (row->company));
  else
    {
      json_object_set_new (json, "room", json_string (row->room));
      json_object_set_new (json, "declined_at", json_integer (row->declined_ms));
    }
  return json;
}

static json_t *
passes_to_json (ParlorSite *site, const ParlorHttpRequest *request, const GPtrArray *rows)
{
  json_t *list = json_array ();
  for (guint i = 0; i < rows->len; i++)
    json_array_append_new (list, pass_to_json (site, request, rows->pdata[i]));
  return list;
}

json_t *
parlor_site_invitations (ParlorSite *site, const ParlorHttpRequest *request, const ParlorRoom *room)
{
  g_autoptr (GPtrArray)
      rows = site->spec.passes
                 ? parlor_passes_of_room (site->spec.passes, parlor_room_info (room)->id)
                 : g_ptr_array_new ();
  return passes_to_json (site, request, rows);
}

/* ---- one transaction: the row, the event, the audit's line ---------------------------------- */

static void
begin (ParlorSite *site)
{
  if (site->spec.records)
    site->spec.records->begin (site->spec.records);
}

static void
end (ParlorSite *site, const char *who, const char *action, const ParlorPassRow *row)
{
  const char *home = parlor_pass_is_partner (row) ? row->id : row->room;
  g_autofree char *detail = g_strdup_printf ("pass=%s role=%s", row->id, row->role);
  if (site->spec.audit)
    parlor_audit_add (site->spec.audit, parlor_site_wall_ms (site), row->brand, who, action, home,
                      detail);
  if (site->spec.records)
    site->spec.records->end (site->spec.records);
}

/* For the brand's own mailer, which asks for the link by the invitation's id. */
static void
tell_invited (ParlorSite *site, const ParlorPassRow *row)
{
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("room", row->room),    PARLOR_DATUM_TEXT ("invitation", row->id),
      PARLOR_DATUM_TEXT ("role", row->role),    PARLOR_DATUM_INT ("version", row->version),
      PARLOR_DATUM_CONTENT ("name", row->name), PARLOR_DATUM_CONTENT ("contact", row->contact),
  };
  const ParlorEvent event = {.type = "room.invited",
                             .brand = row->brand,
                             .entity = row->room,
                             .at_ms = parlor_site_wall_ms (site),
                             .room_ms = -1,
                             .data = data,
                             .n_data = G_N_ELEMENTS (data)};
  if (site->spec.happened)
    site->spec.happened (&event, site->spec.happened_data);
}

/* Who is invited by his id and has a page open: he gets his own link at once. */
static void
ring (ParlorSite *site, const ParlorHttpRequest *request, const ParlorPassRow *row)
{
  ParlorRoom *room = parlor_rooms_find (site->spec.rooms, row->room);
  g_autofree char *url = url_of (site, request, row);
  if (!site->spec.ring || !room || !url || !g_str_has_prefix (row->contact, "usr_"))
    return;
  json_t *json = json_pack ("{s:s,s:s,s:s,s:s,s:s}", "t", "ring", "invitation", row->id, "room",
                            row->room, "title", parlor_room_info (room)->title, "url", url);
  site->spec.ring (row->brand, row->contact, json, site->spec.ring_data);
}

/* ---- invitations ---------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, why);
  return FALSE;
}

static gboolean
read_invitee (const json_t *json, ParlorPassSpec *spec, GError **error)
{
  const json_t *name = json_object_get (json, "name"), *contact = json_object_get (json, "contact");
  const json_t *role = json_object_get (json, "role");
  spec->role = PARLOR_ROLE_GUEST;
  spec->name = json_string_value (name);
  spec->contact = json_string_value (contact);
  if (!json_is_object (json) || !spec->name
      || (contact && !json_is_null (contact) && !spec->contact)
      || (role && !parlor_role_from_name (json_string_value (role), &spec->role)))
    return refuse (error, "an invitee is {name, contact?, role?: guest, member or host}");
  return parlor_passes_check (spec, error);
}

gboolean
parlor_site_check_invitees (const json_t *invitees, GError **error)
{
  gsize i;
  const json_t *one;
  if (!json_is_array (invitees) || json_array_size (invitees) > PARLOR_PASSES_OF_ROOM_MAX)
    return refuse (error, "invitees is a list of at most 500");
  json_array_foreach (invitees, i, one)
  {
    ParlorPassSpec spec = {.room = ""};
    if (!read_invitee (one, &spec, error))
      return FALSE;
  }
  return TRUE;
}

static const ParlorPassRow *
invite_one (ParlorSite *site, const ParlorRoom *room, const json_t *one, const char *who,
            GError **error)
{
  ParlorPassSpec spec = {
      .brand = parlor_room_info (room)->brand, .room = parlor_room_info (room)->id, .made_by = who};
  if (!read_invitee (one, &spec, error))
    return NULL;
  const ParlorPassRow *row = parlor_passes_add (site->spec.passes, &spec,
                                                parlor_site_wall_ms (site), error);
  if (!row)
    return NULL;
  tell_invited (site, row);
  return row;
}

gboolean
parlor_site_invite (ParlorSite *site, ParlorRoom *room, const json_t *invitees, const char *who,
                    json_t *made, const ParlorHttpRequest *request, GError **error)
{
  gsize i;
  const json_t *one;
  if (!parlor_room_can_read (room, "its link, with the key, is yours to pass on", error))
    return FALSE;
  json_array_foreach (invitees, i, one)
  {
    begin (site);
    const ParlorPassRow *row = site->spec.passes ? invite_one (site, room, one, who, error) : NULL;
    if (row)
      {
        end (site, who, "room.invited", row);
        ring (site, request, row);
      }
    else if (site->spec.records)
      site->spec.records->end (site->spec.records);
    if (!row)
      return site->spec.passes ? FALSE : refuse (error, "this server keeps no passes");
    if (made)
      json_array_append_new (made, pass_to_json (site, request, row));
  }
  return TRUE;
}

void
parlor_handle_invitation_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorRoom *room = parlor_site_find_room (site, request, PARLOR_TOKEN_OF_HOST, reply);
  if (room)
    parlor_http_reply_json (
        reply, 200,
        json_pack ("{s:o}", "invitations", parlor_site_invitations (site, request, room)));
}

void
parlor_handle_invitation_create (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  ParlorRoom *room = parlor_site_find_room (site, request, PARLOR_TOKEN_OF_HOST, reply);
  if (!room || !has_passes (site, reply))
    return;
  parlor_site_principal (site, request, &who);
  json_t *body = parlor_http_json_body (request), *made = json_array ();
  const json_t *invitees = json_object_get (body, "invitees");
  if (!parlor_site_may_plan (request, room, &error)
      || !parlor_site_check_invitees (invitees, &error)
      || !parlor_site_invite (site, room, invitees, who.subject, made, request, &error))
    parlor_http_problem_from_error (reply, error);
  else
    parlor_site_answer_when_durable (site, request, reply, 201,
                                     json_pack ("{s:O}", "invitations", made));
  json_decref (made);
  json_decref (body);
}

/* NULL: `reply` says why not. */
static const ParlorPassRow *
find_invitation (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply,
                 ParlorPrincipal *who)
{
  ParlorRoom *room = parlor_site_find_room (site, request, PARLOR_TOKEN_OF_HOST, reply);
  if (!room || !has_passes (site, reply))
    return NULL;
  const ParlorPassRow *row = parlor_passes_get (site->spec.passes, request->params[1]);
  parlor_site_principal (site, request, who);
  if (row && !strcmp (row->room, parlor_room_info (room)->id))
    return row;
  parlor_http_problem (reply, 404, "no_such_invitation", "There is no invitation of that id.");
  return NULL;
}

void
parlor_handle_invitation_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const ParlorPassRow *row = find_invitation (site, request, reply, &who);
  if (row)
    parlor_http_reply_json (reply, 200, pass_to_json (site, request, row));
}

/* Who came by the link that is dead now goes at once, by whatever way he is here. */
static void
tell_revoked (ParlorSite *site)
{
  if (site->spec.revoked)
    site->spec.revoked (site->spec.revoked_data);
}

static void
take_back (ParlorSite *site, const ParlorPassRow *row, const ParlorPrincipal *who,
           const char *action, ParlorHttpReply *reply)
{
  begin (site);
  parlor_passes_revoke (site->spec.passes, row->id, parlor_site_wall_ms (site), NULL);
  end (site, who->subject, action, row);
  tell_revoked (site);
  reply->status = 204;
}

void
parlor_handle_invitation_revoke (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const ParlorPassRow *row = find_invitation (site, request, reply, &who);
  if (row)
    take_back (site, row, &who, "room.uninvited", reply);
}

/* Each sending is a letter of the brand's mailer to one person. FALSE: `reply` says why not. */
static gboolean
may_send (ParlorSite *site, const ParlorHttpRequest *request, const ParlorPassRow *row,
          ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorRoom *room = parlor_rooms_find (site->spec.rooms, row->room);
  if (!parlor_site_may_plan (request, room, &error))
    {
      parlor_http_problem_from_error (reply, error);
      return FALSE;
    }
  gint64 wait_us = parlor_rate_limit_take (site->sent_again, row->id,
                                           site->spec.clock->now_us (site->spec.clock));
  if (wait_us)
    parlor_http_too_many (reply, wait_us, "This invitation was sent too often. Wait a little.");
  return !wait_us;
}

void
parlor_handle_invitation_send (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const ParlorPassRow *row = find_invitation (site, request, reply, &who);
  if (!row || !may_send (site, request, row, reply))
    return;
  begin (site);
  parlor_passes_send_again (site->spec.passes, row->id, parlor_site_wall_ms (site), NULL);
  tell_invited (site, row);
  end (site, who.subject, "room.invited", row);
  tell_revoked (site);
  ring (site, request, row);
  parlor_site_answer_when_durable (site, request, reply, 200, pass_to_json (site, request, row));
}

/* ---- partners ------------------------------------------------------------------------------- */

void
parlor_handle_partner_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  if (!has_passes (site, reply))
    return;
  parlor_site_principal (site, request, &who);
  g_autoptr (GPtrArray) rows = parlor_passes_partners (site->spec.passes, who.brand);
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:o}", "partners", passes_to_json (site, request, rows)));
}

static gboolean
read_partner (const json_t *body, ParlorPassSpec *spec, GError **error)
{
  const json_t *name = json_object_get (body, "name"), *contact = json_object_get (body, "contact");
  spec->company = json_string_value (json_object_get (body, "company"));
  spec->name = json_string_value (name);
  spec->contact = json_string_value (contact);
  if (!spec->company || (name && !json_is_null (name) && !spec->name)
      || (contact && !json_is_null (contact) && !spec->contact))
    return refuse (error, "a partner is {company, name?, contact?}");
  return TRUE;
}

void
parlor_handle_partner_create (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  ParlorPassSpec spec = {.role = PARLOR_ROLE_PARTNER};
  if (!has_passes (site, reply))
    return;
  parlor_site_principal (site, request, &who);
  json_t *body = parlor_http_json_body (request);
  spec.brand = who.brand;
  spec.made_by = who.subject;
  begin (site);
  const ParlorPassRow *row = read_partner (body, &spec, &error) ? parlor_passes_add (
                                 site->spec.passes, &spec, parlor_site_wall_ms (site), &error)
                                                                : NULL;
  if (row)
    end (site, who.subject, "partner.made", row);
  else if (site->spec.records)
    site->spec.records->end (site->spec.records);
  if (row)
    parlor_site_answer_when_durable (site, request, reply, 201, pass_to_json (site, request, row));
  else
    parlor_http_problem_from_error (reply, error);
  json_decref (body);
}

static const ParlorPassRow *
find_partner (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply,
              ParlorPrincipal *who)
{
  if (!has_passes (site, reply))
    return NULL;
  const ParlorPassRow *row = parlor_passes_get (site->spec.passes, request->params[0]);
  parlor_site_principal (site, request, who);
  if (row && parlor_pass_is_partner (row) && !strcmp (row->brand, who->brand))
    return row;
  parlor_http_problem (reply, 404, "no_such_partner", "There is no partner of that id.");
  return NULL;
}

void
parlor_handle_partner_revoke (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const ParlorPassRow *row = find_partner (site, request, reply, &who);
  if (row)
    take_back (site, row, &who, "partner.revoked", reply);
}

void
parlor_handle_partner_send (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const ParlorPassRow *row = find_partner (site, request, reply, &who);
  if (!row)
    return;
  begin (site);
  parlor_passes_send_again (site->spec.passes, row->id, parlor_site_wall_ms (site), NULL);
  end (site, who.subject, "partner.renewed", row);
  tell_revoked (site);
  parlor_site_answer_when_durable (site, request, reply, 200, pass_to_json (site, request, row));
}

/* ---- at the door ---------------------------------------------------------------------------- */

/* The row that this text is the link of; NULL = of none. */
static const ParlorPassRow *
prove (const ParlorSite *site, const char *text)
{
  char secret[PARLOR_SHARE_SECRET_SIZE];
  const char *dot = strchr (text, '.');
  g_autofree char *id = dot ? g_strndup (text, (gsize)(dot - text)) : NULL;
  const ParlorPassRow *row = id && site->spec.passes ? parlor_passes_get (site->spec.passes, id)
                                                     : NULL;
  const char *key = row ? key_of (site, row->brand) : NULL;
  if (!key)
    return NULL;
  parlor_pass_secret (row, key, secret);
  return parlor_share_secret_equal (secret, dot + 1) ? row : NULL;
}

const ParlorPassRow *
parlor_site_take_pass (ParlorSite *site, const ParlorHttpRequest *request, const ParlorRoom *room,
                       const char *text, const char *device, ParlorHttpReply *reply)
{
  const ParlorRoomInfo *info = parlor_room_info (room);
  gint64 now_us = site->spec.clock->now_us (site->spec.clock);
  const ParlorPassRow *row = prove (site, text);
  gboolean fits = row && !strcmp (row->brand, info->brand)
                  && (parlor_pass_is_partner (row) || !strcmp (row->room, info->id));
  if (!fits)
    {
      parlor_rate_limit_take (site->wrong_codes, request->peer, now_us);
      parlor_http_problem (reply, 403, "pass_wrong",
                           "This link is not for this meeting, or a newer one was sent.");
      return NULL;
    }
  switch (parlor_passes_use (site->spec.passes, row->id, device, parlor_site_wall_ms (site)))
    {
    case PARLOR_PASS_GOOD:
      return row;
    case PARLOR_PASS_USED:
      parlor_http_problem (reply, 410, "pass_used",
                           "This invitation was used in another browser. Ask for a new one.");
      return NULL;
    case PARLOR_PASS_REVOKED:
      break;
    }
  parlor_http_problem (reply, 410, "pass_revoked", "This invitation was taken back.");
  return NULL;
}
