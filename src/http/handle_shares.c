/* SPDX-License-Identifier: Apache-2.0 */
/* Links to recordings: made, listed and taken back by an admin, opened by whoever they are for.
 *
 * Opening answers a *view*: a cookie for this link's paths alone, signed with the brand's key, good
 * for a quarter of an hour and renewed while the page plays, so that nothing has to be kept of it.
 * Each request looks at the link again: what is taken back is refused from that instant on, and a
 * page that plays asks every 20 s. */
#include "brand/users.h"
#include "http/audit.h"
#include "http/excerpt.h"
#include "http/handlers.h"
#include "http/problem.h"
#include "http/recording_clips.h"
#include "http/recording_files.h"
#include "room/shares.h"

#include <string.h>

#define COOKIE "parlor_view"
#define VIEW_MS (15 * 60 * G_GINT64_CONSTANT (1000))
#define RENEW_SEC 20
#define DEFAULT_DAYS 30
/* A browser remembers eight meetings; they count as one try. */
#define ROOM_CODES_MAX 8
#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

/* ---- making, listing, taking back ----------------------------------------------------------- */

static char *
url_of (ParlorSite *site, const ParlorHttpRequest *request, const ParlorShareRow *share)
{
  char secret[PARLOR_SHARE_SECRET_SIZE];
  const ParlorBrand *brand = parlor_brands_get (site->spec.brands, share->brand);
  g_autofree char *base = parlor_site_base_url (site, request);
  parlor_share_secret (share, brand != NULL ? brand->secret : "", secret);
  return g_strdup_printf ("%s/shared#%s.%s", base, share->id, secret);
}

static json_t *
share_to_json (ParlorSite *site, const ParlorHttpRequest *request, const ParlorShareRow *share)
{
  const char *shut = parlor_share_shut (share, parlor_site_wall_ms (site));
  g_autofree char *url = shut == NULL ? url_of (site, request, share) : NULL;
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:b,s:s,s:s?}", "id", share->id,
                    "recording", share->recording, "audience", share->audience, "note", share->note,
                    "created_by", share->created_by, "from_ms", (json_int_t)share->from_ms, "to_ms",
                    (json_int_t)share->to_ms, "created_at", (json_int_t)share->created_ms,
                    "expires_at", (json_int_t)share->expires_ms, "views", (json_int_t)share->views,
                    "viewed_at", (json_int_t)share->viewed_ms, "watermark", share->watermark,
                    "state", shut != NULL ? shut : "open", "url", url);
}

/* One transaction: a link that is there, and its line in the audit log. */
static void
begin (ParlorSite *site)
{
  if (site->spec.records != NULL)
    site->spec.records->begin (site->spec.records);
}

static void
end (ParlorSite *site, const ParlorPrincipal *who, const char *action, const ParlorShareRow *share)
{
  g_autofree char *detail = share != NULL ? g_strdup_printf ("share=%s audience=%s", share->id,
                                                             share->audience)
                                          : NULL;
  if (share != NULL && site->spec.audit != NULL)
    parlor_audit_add (site->spec.audit, parlor_site_wall_ms (site), who->brand, who->subject,
                      action, share->recording, detail);
  if (site->spec.records != NULL)
    site->spec.records->end (site->spec.records);
}

static gboolean
read_spec (const json_t *body, gint64 now_ms, ParlorShareSpec *spec, const char **why)
{
  const json_t *expires = json_object_get (body, "expires_at");
  const json_t *from = json_object_get (body, "from_ms"), *to = json_object_get (body, "to_ms");
  const json_t *note = json_object_get (body, "note");
  const json_t *watermark = json_object_get (body, "watermark");
  *why = !parlor_share_audience_from_name (json_string_value (json_object_get (body, "audience")),
                                           &spec->audience)
             ? "audience is organisation, attendees or anyone."
         : expires != NULL && !json_is_integer (expires) ? "expires_at is a time in milliseconds."
         : (from != NULL && !json_is_integer (from)) || (to != NULL && !json_is_integer (to))
             ? "from_ms and to_ms are instants of the room's clock."
         : note != NULL && !json_is_string (note)            ? "note is a text."
         : watermark != NULL && !json_is_boolean (watermark) ? "watermark is true or false."
                                                             : NULL;
  spec->expires_ms = expires != NULL ? json_integer_value (expires)
                                     : now_ms + DEFAULT_DAYS * DAY_MS;
  spec->from_ms = json_integer_value (from);
  spec->to_ms = json_integer_value (to);
  spec->note = json_string_value (note);
  spec->watermark = json_is_true (watermark);
  return *why == NULL;
}

static gboolean
has_shares (ParlorSite *site, ParlorHttpReply *reply)
{
  if (site->spec.shares != NULL && site->spec.recordings != NULL)
    return TRUE;
  parlor_http_problem (reply, 503, "unavailable", "This server keeps no links.");
  return FALSE;
}

void
parlor_handle_share_create (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  const char *why;
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL || !has_shares (site, reply))
    return;
  parlor_site_principal (site, request, &who);
  ParlorShareSpec spec = {.brand = row->brand, .recording = row->id, .created_by = who.subject};
  json_t *body = parlor_http_json_body (request);
  if (!read_spec (body, parlor_site_wall_ms (site), &spec, &why))
    parlor_http_problem (reply, 400, "bad_request", why);
  else
    {
      begin (site);
      const ParlorShareRow *share = parlor_shares_add (site->spec.shares, &spec,
                                                       parlor_site_wall_ms (site), &error);
      end (site, &who, "recording.shared", share);
      if (share != NULL)
        parlor_http_reply_json (reply, 201, share_to_json (site, request, share));
      else
        parlor_http_problem_from_error (reply, error);
    }
  json_decref (body);
}

void
parlor_handle_share_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL || !has_shares (site, reply))
    return;
  g_autoptr (GPtrArray) rows = parlor_shares_of (site->spec.shares, row->id);
  json_t *list = json_array ();
  for (guint i = 0; i < rows->len; i++)
    json_array_append_new (list, share_to_json (site, request, rows->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "shares", list));
}

void
parlor_handle_share_revoke (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL || !has_shares (site, reply))
    return;
  const ParlorShareRow *share = parlor_shares_get (site->spec.shares, request->params[1]);
  parlor_site_principal (site, request, &who);
  if (share == NULL || strcmp (share->recording, row->id) != 0)
    {
      parlor_http_problem (reply, 404, "no_such_link", "There is no link of that id.");
      return;
    }
  begin (site);
  parlor_shares_revoke (site->spec.shares, share->id, parlor_site_wall_ms (site), NULL);
  end (site, &who, "recording.unshared", share);
  reply->status = 204;
}

/* ---- views ---------------------------------------------------------------------------------- */

typedef struct
{
  char id[PARLOR_ID_SIZE];
  char actor[PARLOR_ID_TEXT]; /* whom the audit log names: "usr_…", else the link's id */
  gint64 expires_ms;
} View;

static void
sign_view (const ParlorShareRow *share, const char *key, const View *view,
           char out[PARLOR_SHARE_SECRET_SIZE])
{
  g_autofree char *text = g_strdup_printf ("view\n%s\n%s\n%s\n%" G_GINT64_FORMAT, share->id,
                                           view->id, view->actor, view->expires_ms);
  parlor_share_sign (key, text, out);
}

/* FALSE: none, or one that ran out, or none of ours. */
static gboolean
read_view (ParlorSite *site, const ParlorHttpRequest *request, const ParlorShareRow *share,
           const char *key, View *view)
{
  char good[PARLOR_SHARE_SECRET_SIZE];
  g_autofree char *value = parlor_site_cookie (request, COOKIE);
  g_auto (GStrv) parts = g_strsplit (value != NULL ? value : "", ".", 5);
  if (g_strv_length (parts) != 4
      || g_strlcpy (view->id, parts[0], sizeof view->id) >= sizeof view->id
      || g_strlcpy (view->actor, parts[1], sizeof view->actor) >= sizeof view->actor
      || !g_ascii_string_to_signed (parts[2], 10, 1, G_MAXINT64, &view->expires_ms, NULL))
    return FALSE;
  sign_view (share, key, view, good);
  return parlor_share_secret_equal (parts[3], good)
         && parlor_site_wall_ms (site) < view->expires_ms;
}

static void
send_view (ParlorSite *site, const ParlorHttpRequest *request, const ParlorShareRow *share,
           const char *key, View *view, ParlorHttpReply *reply)
{
  char signature[PARLOR_SHARE_SECRET_SIZE];
  g_autofree char *base = parlor_site_base_url (site, request);
  view->expires_ms = parlor_site_wall_ms (site) + VIEW_MS;
  sign_view (share, key, view, signature);
  g_autofree char *value = g_strdup_printf (
      COOKIE "=%s.%s.%" G_GINT64_FORMAT ".%s; Path=/v1/shared/%s; Max-Age=%d; HttpOnly; "
             "SameSite=Strict%s",
      view->id, view->actor, view->expires_ms, signature, share->id, (int)(VIEW_MS / 1000),
      g_str_has_prefix (base, "https:") ? "; Secure" : "");
  parlor_http_reply_header (reply, "Set-Cookie", value);
}

/* ---- refusals ------------------------------------------------------------------------------- */

typedef struct
{
  guint status;
  const char *code;
  const char *detail;
} Refusal;

static const Refusal no_such_link = {404, "no_such_link", "There is no such link."};
static const Refusal is_revoked = {410, "link_revoked", "This link was taken back."};
static const Refusal is_expired = {410, "link_expired", "This link has ended."};
static const Refusal is_gone = {410, "recording_gone", "This recording is not there any more."};
static const Refusal not_ready = {409, "not_ready", "The recording is not finished yet."};
static const Refusal needs_signin = {401, "signin_required",
                                     "This recording is for people of its organisation: sign in."};
static const Refusal other_brand = {403, "not_of_organisation",
                                    "You are signed in at another organisation."};
static const Refusal not_there = {403, "not_attendee",
                                  "This recording is for those who were there."};
static const Refusal no_view = {401, "no_view", "Open the link again."};

/* Each refusal of a link is a line in its brand's log; what names no link goes to the caller's
   brand, else to the server's first. */
static void
refuse (ParlorSite *site, ParlorHttpRequest *request, const ParlorShareRow *share,
        const Refusal *why, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  parlor_site_principal (site, request, &who);
  const char *home = *who.brand ? who.brand : parlor_keyring_home (site->spec.keyring);
  parlor_site_note_refusal (site, share != NULL ? share->brand : home,
                            share == NULL || !strcmp (who.brand, share->brand) ? who.subject : "",
                            share != NULL ? share->recording : "", share != NULL ? share->id : "",
                            why->code);
  parlor_http_problem (reply, why->status, why->code, why->detail);
}

/* Whether link, brand and recording stand; NULL = they do. */
static const Refusal *
judge_link (ParlorSite *site, const ParlorShareRow *share, const ParlorBrand **brand,
            const ParlorRecordingRow **row)
{
  const char *shut = parlor_share_shut (share, parlor_site_wall_ms (site));
  *brand = parlor_brands_get (site->spec.brands, share->brand);
  *row = parlor_recordings_get (site->spec.recordings, share->recording);
  if (*brand == NULL || (*brand)->closed_ms != 0)
    return &no_such_link;
  if (shut != NULL)
    return strcmp (shut, "revoked") == 0 ? &is_revoked : &is_expired;
  if (*row == NULL || !strcmp ((*row)->state, "deleted") || !strcmp ((*row)->state, "binned"))
    return &is_gone;
  return strcmp ((*row)->state, "ready") == 0 ? NULL : &not_ready;
}

/* By his token of this room, or by the code of the link that he came by. */
static gboolean
was_there (ParlorSite *site, const ParlorHttpRequest *request, const ParlorRecordingRow *row,
           const json_t *room_codes)
{
  char code[PARLOR_CODE_SIZE];
  gboolean knows = FALSE;
  gsize i;
  json_t *said;
  g_autoptr (ParlorClaims) claims = parlor_http_bearer (request) != NULL
                                        ? parlor_site_claims (site, request, NULL)
                                        : NULL;
  if (claims != NULL)
    return g_strcmp0 (claims->brand, row->brand) == 0 && g_strcmp0 (claims->room, row->room) == 0
           && parlor_recording_has_door (row, "identity", claims->identity);
  json_array_foreach (room_codes, i,
                      said) if (i < ROOM_CODES_MAX && json_is_string (said)
                                && parlor_code_parse (json_string_value (said), code))
      knows |= parlor_recording_has_door (row, "code", code);
  return knows;
}

/* Who is signed in by the names that his meetings' tokens may have for him. */
static gboolean
user_was_there (ParlorSite *site, const ParlorRecordingRow *row, const char *id)
{
  const ParlorUser *user = parlor_users_get (site->spec.brands, row->brand, id);
  if (user == NULL)
    return FALSE;
  const char *const names[] = {user->id, user->login, user->subject, user->rep};
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i] != NULL && names[i][0] != '\0'
        && parlor_recording_has_door (row, "identity", names[i]))
      return TRUE;
  return FALSE;
}

/* `room_codes` nullable. NULL = he may come in; fills whom the audit log names. */
static const Refusal *
judge_caller (ParlorSite *site, const ParlorHttpRequest *request, const ParlorShareRow *share,
              const ParlorRecordingRow *row, const json_t *room_codes, char actor[PARLOR_ID_TEXT])
{
  ParlorPrincipal who;
  ParlorShareAudience audience = PARLOR_SHARE_ORGANISATION;
  gboolean person = parlor_site_principal (site, request, &who) && who.caller == PARLOR_CALLER_USER;
  gboolean of_brand = person && strcmp (who.brand, share->brand) == 0;
  g_strlcpy (actor, of_brand ? who.subject : share->id, PARLOR_ID_TEXT);
  parlor_share_audience_from_name (share->audience, &audience);
  if (audience == PARLOR_SHARE_ORGANISATION)
    return of_brand ? NULL : person ? &other_brand : &needs_signin;
  if (audience == PARLOR_SHARE_ATTENDEES && !was_there (site, request, row, room_codes)
      && !(of_brand && user_was_there (site, row, who.subject)))
    return &not_there;
  return NULL;
}

/* ---- opening -------------------------------------------------------------------------------- */

static const ParlorShareRow *
find_by_code (ParlorSite *site, const char *code)
{
  char good[PARLOR_SHARE_SECRET_SIZE];
  const char *dot = code != NULL ? strchr (code, '.') : NULL;
  g_autofree char *id = dot != NULL ? g_strndup (code, (gsize)(dot - code)) : NULL;
  const ParlorShareRow *share = parlor_shares_get (site->spec.shares, id);
  const ParlorBrand *brand = share != NULL ? parlor_brands_get (site->spec.brands, share->brand)
                                           : NULL;
  if (brand == NULL)
    return NULL;
  parlor_share_secret (share, brand->secret, good);
  return parlor_share_secret_equal (dot + 1, good) ? share : NULL;
}

static ParlorRecordingPart
part_of (ParlorSite *site, const ParlorShareRow *share, const ParlorRecordingRow *row)
{
  return (ParlorRecordingPart){site, row, share->from_ms, share->to_ms};
}

/* (transfer full). NULL: a file of it is on its way from elsewhere. */
static json_t *
excerpt_of (ParlorSite *site, const ParlorShareRow *share, const ParlorRecordingRow *row)
{
  const ParlorRecordingPart part = part_of (site, share, row);
  json_t *manifest = parlor_site_manifest (site, row);
  json_t *excerpt = parlor_excerpt (manifest, share->from_ms, share->to_ms);
  if (!parlor_recording_part_cut (&part, manifest, excerpt))
    {
      json_decref (excerpt);
      excerpt = NULL;
    }
  json_decref (manifest);
  return excerpt;
}

/* What his page writes over the picture: his name where a sign-in or a token says it, and always
 * the view, which the audit log knows. (transfer full); NULL: nothing. */
static json_t *
watermark_of (ParlorSite *site, const ParlorHttpRequest *request, const ParlorShareRow *share,
              const View *view)
{
  const ParlorUser *user = parlor_users_get (site->spec.brands, share->brand, view->actor);
  g_autoptr (ParlorClaims) claims = user == NULL && parlor_http_bearer (request) != NULL
                                        ? parlor_site_claims (site, request, NULL)
                                        : NULL;
  const char *name = user != NULL     ? (user->name[0] != '\0' ? user->name : user->login)
                     : claims != NULL ? claims->name
                                      : NULL;
  return share->watermark ? json_pack ("{s:s?,s:s}", "name", name, "view", view->id) : NULL;
}

/* Takes the excerpt. */
static json_t *
page_of (const ParlorShareRow *share, const ParlorRecordingRow *row, const View *view,
         json_t *excerpt)
{
  return json_pack ("{s:s,s:s,s:I,s:I,s:i,s:{s:s,s:s,s:I},s:o}", "id", share->id, "audience",
                    share->audience, "expires_at", (json_int_t)share->expires_ms, "view_expires_at",
                    (json_int_t)view->expires_ms, "renew_sec", RENEW_SEC, "recording", "id",
                    row->id, "title", row->title, "started_at", (json_int_t)row->started_ms,
                    "manifest", excerpt);
}

/* A page that is loaded again goes on with its view; else it is one more, and a line in the log. */
static void
answer_open (ParlorSite *site, ParlorHttpRequest *request, const ParlorShareRow *share,
             const ParlorBrand *brand, const ParlorRecordingRow *row, const char *actor,
             ParlorHttpReply *reply)
{
  View view;
  const ParlorRecordingPart part = part_of (site, share, row);
  json_t *manifest = parlor_site_manifest (site, row);
  gboolean known = parlor_recording_part_prepare (&part, manifest, NULL, request, reply,
                                                  parlor_handle_shared_open);
  json_decref (manifest);
  if (!known)
    return;
  json_t *excerpt = excerpt_of (site, share, row);
  if (excerpt == NULL)
    {
      parlor_recording_part_away (reply);
      return;
    }
  if (!read_view (site, request, share, brand->secret, &view) || strcmp (view.actor, actor) != 0)
    {
      parlor_id_make ("vw", &site->spec.random, view.id);
      g_strlcpy (view.actor, actor, sizeof view.actor);
      g_autofree char *detail = g_strdup_printf ("share=%s view=%s", share->id, view.id);
      begin (site);
      parlor_shares_viewed (site->spec.shares, share->id, parlor_site_wall_ms (site));
      parlor_recordings_view (site->spec.recordings, row->id, actor, detail,
                              parlor_site_wall_ms (site));
      end (site, NULL, NULL, NULL);
    }
  send_view (site, request, share, brand->secret, &view, reply);
  json_t *json = page_of (share, row, &view, excerpt);
  json_object_set_new (json, "watermark", watermark_of (site, request, share, &view));
  parlor_http_reply_json (reply, 200, json);
}

static void
open_link (ParlorSite *site, ParlorHttpRequest *request, const json_t *body, ParlorHttpReply *reply)
{
  gint64 now_us = site->spec.clock->now_us (site->spec.clock);
  gint64 wait_us = parlor_rate_limit_wait (site->wrong_codes, request->peer, now_us);
  char actor[PARLOR_ID_TEXT];
  const ParlorBrand *brand = NULL;
  const ParlorRecordingRow *row = NULL;
  const json_t *room_codes = json_object_get (body, "room_codes");
  if (wait_us)
    {
      parlor_http_too_many (reply, wait_us, "Too many wrong links. Wait a little.");
      return;
    }
  const ParlorShareRow *share = find_by_code (site,
                                              json_string_value (json_object_get (body, "code")));
  const Refusal *why = share != NULL ? judge_link (site, share, &brand, &row) : &no_such_link;
  if (why == NULL)
    why = judge_caller (site, request, share, row, room_codes, actor);
  if (why == &no_such_link || (why == &not_there && json_array_size (room_codes) > 0))
    parlor_rate_limit_take (site->wrong_codes, request->peer, now_us);
  if (why != NULL)
    refuse (site, request, share, why, reply);
  else
    answer_open (site, request, share, brand, row, actor, reply);
}

void
parlor_handle_shared_open (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  json_t *body = parlor_http_json_body (request);
  if (body == NULL)
    parlor_http_problem (reply, 400, "bad_request", "The body must be {\"code\":\"…\"}.");
  else if (has_shares (site, reply))
    open_link (site, request, body, reply);
  json_decref (body);
}

/* ---- while it is looked at ------------------------------------------------------------------ */

typedef struct
{
  const ParlorShareRow *share;
  const ParlorBrand *brand;
  const ParlorRecordingRow *row;
  View view;
} Seen;

/* A sign-in that ended ends what it opened, also where a colleague signed in after it; what else
 * may have let him in is asked for anew. */
static const Refusal *
judge_signin (ParlorSite *site, const ParlorHttpRequest *request, const Seen *seen)
{
  ParlorPrincipal who;
  gboolean by_house = strcmp (seen->share->audience, "organisation") == 0;
  gboolean by_person = strcmp (seen->share->audience, "attendees") == 0
                       && strcmp (seen->view.actor, seen->share->id) != 0;
  if ((!by_house && !by_person)
      || (parlor_site_principal (site, request, &who) && who.caller == PARLOR_CALLER_USER
          && strcmp (who.brand, seen->share->brand) == 0
          && (by_house || strcmp (who.subject, seen->view.actor) == 0)))
    return NULL;
  return by_house ? &needs_signin : &no_view;
}

static gboolean
see (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply, Seen *seen)
{
  if (!has_shares (site, reply))
    return FALSE;
  seen->share = parlor_shares_get (site->spec.shares, request->params[0]);
  const Refusal *why = seen->share == NULL
                           ? &no_such_link
                           : judge_link (site, seen->share, &seen->brand, &seen->row);
  if (why == NULL && !read_view (site, request, seen->share, seen->brand->secret, &seen->view))
    why = &no_view;
  else if (why == NULL)
    why = judge_signin (site, request, seen);
  if (why != NULL)
    refuse (site, request, seen->share, why, reply);
  return why == NULL;
}

void
parlor_handle_shared_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Seen seen;
  if (!see (site, request, reply, &seen))
    return;
  send_view (site, request, seen.share, seen.brand->secret, &seen.view, reply);
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:s,s:I,s:I,s:i}", "id", seen.share->id, "expires_at",
                                     (json_int_t)seen.share->expires_ms, "view_expires_at",
                                     (json_int_t)seen.view.expires_ms, "renew_sec", RENEW_SEC));
}

void
parlor_handle_shared_file (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Seen seen;
  if (!see (site, request, reply, &seen))
    return;
  const ParlorRecordingPart part = part_of (site, seen.share, seen.row);
  json_t *manifest = parlor_site_manifest (site, seen.row);
  const json_t *file = parlor_manifest_file (manifest, request->params[1]);
  if (file == NULL
      || parlor_recording_part_prepare (&part, manifest, file, request, reply,
                                        parlor_handle_shared_file))
    parlor_recording_part_reply (&part, request, reply, file);
  json_decref (manifest);
}

void
parlor_handle_shared_still (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Seen seen;
  if (!see (site, request, reply, &seen))
    return;
  json_t *manifest = parlor_site_manifest (site, seen.row);
  const char *marker = request->params[1];
  gboolean inside = parlor_excerpt_has_marker (manifest, marker, seen.share->from_ms,
                                               seen.share->to_ms);
  parlor_site_reply_still (site, request, reply, seen.row,
                           inside ? parlor_manifest_still (manifest, marker) : NULL);
  json_decref (manifest);
}
