/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_service.h"

#include "app/cards.h"
#include "app/erase.h"
#include "app/log.h"
#include "app/pictures.h"
#include "brand/users.h"
#include "live/products.h"
#include "room/auth.h"
#include "room/moderation.h"
#include "room/participant.h"
#include "room/recording.h"
#include "room/room.h"
#include "service/load.h"
#include "signal/desk.h"
#include "signal/encode_service.h"

#include <string.h>

#define CARD_MS (180 * 24 * 3600 * G_GINT64_CONSTANT (1000))
#define CALL_TOKEN_MS (2 * 3600 * G_GINT64_CONSTANT (1000))
#define ALIVE "alive"
#define SWEEP_US (60 * G_GINT64_CONSTANT (1000000))
/* Messages so old may be sent again by a page that missed the answer. */
#define RECENT_MS (15 * 60 * G_GINT64_CONSTANT (1000))

struct _ParlorWireService
{
  ParlorWireServiceSpec spec;
  ParlorService *service;
  ParlorDesk *desk;
  GHashTable *cards; /* brand → ParlorCards, owned */
  ParlorServiceSite site;
  GPtrArray *sayings;         /* of alerts, to be said in rooms with the next poll */
  GPtrArray *over;            /* ids of rooms whose calls ended: they end with the next poll */
  GPtrArray *leaving;         /* reps who departed: out of calls' rooms with the next poll */
  GPtrArray *changed;         /* ids of rooms whose calls may have another rep: the same */
  ParlorWireService **recent; /* the way back of a question that is open; owned by it */
  gint64 alive_us;            /* when it is said again that the server is up */
  gint64 sweep_us;            /* when pictures are looked through again */
  ParlorService **erasing;    /* g_rc_box: the way back of erasures, which may end after this */
};

static ParlorMoment
now_of (gpointer user_data)
{
  ParlorClock *clock = ((ParlorWireService *)user_data)->spec.clock;
  return (ParlorMoment){clock->now_us (clock), clock->wall_ms (clock)};
}

static void
on_notice (const ParlorServiceNotice *notice, gpointer user_data)
{
  ParlorWireService *wire = user_data;
  if (notice->type == PARLOR_NOTICE_CALL && notice->call && notice->call->room)
    g_ptr_array_add (wire->changed, g_strdup (notice->call->room));
  if (wire->desk)
    parlor_desk_notice (wire->desk, notice);
}

static void
on_event (const ParlorEvent *event, gpointer user_data)
{
  ParlorWireService *wire = user_data;
  const ParlorWireServiceSpec *spec = &wire->spec;
  if (!strcmp (event->type, "rep.departed"))
    g_ptr_array_add (wire->leaving, g_strdup (event->entity));
  if (spec->happened)
    spec->happened (event, spec->happened_data);
}

/* ---- cards ----------------------------------------------------------------------------------- */

/* The key is made when it is wanted first. */
static ParlorCards *
cards_of (ParlorWireService *wire, const char *brand)
{
  g_autoptr (GError) error = NULL;
  ParlorCards *cards = g_hash_table_lookup (wire->cards, brand);
  if (cards)
    return cards;
  cards = parlor_cards_new (wire->spec.config->data_dir, brand, &error);
  if (cards)
    g_hash_table_insert (wire->cards, g_strdup (brand), cards);
  else
    parlor_log (PARLOR_LOG_WARNING, "%s", error->message);
  return cards;
}

static json_t *
card_key (const char *brand, gpointer user_data)
{
  ParlorCards *cards = cards_of (user_data, brand);
  return cards ? parlor_cards_jwk (cards) : json_null ();
}

static gboolean
sign_card (ParlorRep *rep, gpointer user_data)
{
  ParlorWireService *wire = user_data;
  ParlorCards *cards = cards_of (wire, rep->brand->id);
  gint64 now_ms = now_of (wire).wall_ms;
  g_autofree char *card = cards ? parlor_cards_sign (cards, rep, now_ms, now_ms + CARD_MS) : NULL;
  if (card)
    parlor_service_set_card (rep, card, now_ms, now_ms + CARD_MS);
  return card != NULL;
}

static gboolean
check_card (const char *brand, const char *card, const char *ref, gint64 *until_ms,
            gpointer user_data)
{
  ParlorCards *cards = cards_of (user_data, brand);
  return cards && parlor_cards_check (cards, card, ref, now_of (user_data).wall_ms, until_ms);
}

/* ---- products ---------------------------------------------------------------------------------
 */

static char *
product_of (const char *brand, const char *data, gpointer user_data)
{
  const ParlorWireService *wire = user_data;
  json_t *said = data ? json_loads (data, 0, NULL) : NULL;
  const char *sku = json_string_value (json_object_get (said, "sku")),
             *title = json_string_value (json_object_get (said, "title"));
  const ParlorProduct *known = sku && wire->spec.products
                                   ? parlor_products_find (wire->spec.products, brand, sku)
                                   : NULL;
  json_t *json = NULL;
  if (known)
    json = json_pack ("{s:s,s:s,s:s,s:s,s:s}", "sku", known->sku, "title", known->title, "image",
                      known->image, "price", known->price, "url", known->url);
  else if (sku && *sku)
    json = json_pack ("{s:s,s:s}", "sku", sku, "title", title ? title : sku);
  char *text = json ? json_dumps (json, JSON_COMPACT) : NULL, *out = g_strdup (text);
  free (text);
  json_decref (json);
  json_decref (said);
  return out;
}

/* ---- the rooms of calls ---------------------------------------------------------------------- */

static char *
make_room (const char *brand, gboolean may_record, gpointer user_data)
{
  ParlorWireService *wire = user_data;
  ParlorRoomSpec spec = {.kind = "consult", .title = "", .brand = brand};
  ParlorRoom *room = parlor_rooms_create (wire->spec.rooms, &spec, now_of (wire).us, NULL);
  if (room && may_record) /* else never: what a consult is by itself */
    parlor_room_set_record_policy (room, PARLOR_RECORD_BY_HOST, FALSE);
  return room ? g_strdup (parlor_room_info (room)->id) : NULL;
}

static char *
make_token (const char *room, const char *identity, const char *name, gboolean rep,
            gpointer user_data)
{
  ParlorWireService *wire = user_data;
  ParlorRoom *found = parlor_rooms_find (wire->spec.rooms, room);
  if (!found)
    return NULL;
  ParlorClaims claims = {
      .identity = (char *)identity,
      .room = (char *)room,
      .name = (char *)name,
      .brand = (char *)parlor_room_info (found)->brand,
      .role = rep ? PARLOR_ROLE_HOST : PARLOR_ROLE_MEMBER,
      .granted = PARLOR_RIGHTS_OF_TOKEN & ~PARLOR_RIGHT_RECORD,
      .expires_ms = now_of (wire).wall_ms + CALL_TOKEN_MS,
  };
  return parlor_keyring_sign (wire->spec.keyring, &claims, NULL);
}

static gboolean
is_in (ParlorRoom *room, const char *identity, const ParlorParticipant *without)
{
  for (guint i = 0; i < parlor_room_n_participants (room); i++)
    {
      ParlorParticipant *participant = parlor_room_participant (room, i);
      if (participant != without
          && !strcmp (parlor_participant_info (participant)->identity, identity))
        return TRUE;
    }
  return FALSE;
}

void
parlor_wire_service_room_event (ParlorWireService *wire, const ParlorRoomEvent *event)
{
  gboolean left = event->type == PARLOR_EVENT_LEFT;
  if ((event->type != PARLOR_EVENT_PARTICIPANT && !left)
      || strcmp (parlor_room_info (event->room)->kind, "consult"))
    return;
  ParlorCall *call = parlor_service_call_of_room (wire->service,
                                                  parlor_room_info (event->room)->id);
  if (!call)
    return;
  const ParlorParticipant *gone = left ? event->participant : NULL;
  if (call->expert)
    parlor_service_call_expert_here (call, is_in (event->room, call->expert->id, gone),
                                     now_of (wire));
  parlor_service_call_peers (call, is_in (event->room, call->rep->id, gone),
                             is_in (event->room, call->conversation->customer->id, gone),
                             now_of (wire));
}

/* Not at once: the call may end inside a message of somebody who sits in that room. */
static void
on_call_ended (const ParlorCall *call, gpointer user_data)
{
  ParlorWireService *wire = user_data;
  if (call->room)
    g_ptr_array_add (wire->over, g_strdup (call->room));
}

static void
end_rooms (ParlorWireService *wire, gint64 now_us)
{
  for (guint i = 0; i < wire->over->len; i++)
    {
      ParlorRoom *room = parlor_rooms_find (wire->spec.rooms, wire->over->pdata[i]);
      if (room)
        parlor_room_end (room, NULL, now_us, NULL);
    }
  g_ptr_array_set_size (wire->over, 0);
}

/* ---- alerts ---------------------------------------------------------------------------------- */

typedef struct
{
  char *brand, *room, *name, *text;
} Saying;

static void
saying_free (gpointer data)
{
  Saying *saying = data;
  g_free (saying->brand);
  g_free (saying->room);
  g_free (saying->name);
  g_free (saying->text);
  g_free (saying);
}

/* Not at once: what is said in a room is judged by the rules of the service that calls this. */
static void
on_alert (const ParlorAlert *alert, gboolean raised, gpointer user_data)
{
  ParlorWireService *wire = user_data;
  if (!raised || !alert->say || !wire->spec.say_in_rooms)
    return;
  Saying *saying = g_new0 (Saying, 1);
  *saying = (Saying){g_strdup (alert->brand->id), g_strdup (alert->room),
                     g_strdup (alert->brand->name), g_strdup (alert->say)};
  g_ptr_array_add (wire->sayings, saying);
}

static void
say_all (ParlorWireService *wire)
{
  while (wire->sayings->len)
    {
      Saying *saying = g_ptr_array_steal_index (wire->sayings, 0);
      wire->spec.say_in_rooms (saying->brand, saying->room, saying->name, saying->text,
                               wire->spec.forget_data);
      saying_free (saying);
    }
}

/* Who departed is heard no more. */
static void
send_off (ParlorWireService *wire, gint64 now_us)
{
  guint n = 0;
  if (!wire->leaving->len)
    return;
  g_autofree ParlorRoom **rooms = parlor_rooms_list (wire->spec.rooms, &n);
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < wire->leaving->len; k++)
      {
        ParlorParticipant *rep = strcmp (parlor_room_info (rooms[i])->kind, "consult")
                                     ? NULL
                                     : parlor_room_find_identity (rooms[i],
                                                                  wire->leaving->pdata[k]);
        if (rep)
          parlor_room_remove (rooms[i], NULL, parlor_participant_info (rep)->id, TRUE, now_us,
                              NULL);
      }
  g_ptr_array_set_size (wire->leaving, 0);
}

/* A rep whose call it is no more hears nothing more of it: who was sent away, gave it to another or
 * was replaced. Not for good: he may be asked in again. */
static void
put_out (ParlorWireService *wire, const char *id, gint64 now_us)
{
  ParlorRoom *room = parlor_rooms_find (wire->spec.rooms, id);
  const ParlorCall *call = room ? parlor_service_call_of_room (wire->service, id) : NULL;
  for (guint i = call ? parlor_room_n_participants (room) : 0; i > 0; i--)
    {
      const ParlorParticipantInfo *info = parlor_participant_info (
          parlor_room_participant (room, i - 1));
      if (!parlor_service_call_admits (call, info->identity))
        parlor_room_remove (room, NULL, info->id, FALSE, now_us, NULL);
    }
}

/* Nor does he come in anew by the token that he has. */
static gboolean
may_enter (const ParlorRoom *room, const char *identity, gpointer user_data)
{
  const ParlorWireService *wire = user_data;
  const ParlorRoomInfo *info = parlor_room_info (room);
  const ParlorCall *call = strcmp (info->kind, "consult")
                               ? NULL
                               : parlor_service_call_of_room (wire->service, info->id);
  return !call || parlor_service_call_admits (call, identity);
}

static void
put_out_all (ParlorWireService *wire, gint64 now_us)
{
  while (wire->changed->len)
    {
      g_autofree char *id = g_ptr_array_steal_index (wire->changed, 0);
      put_out (wire, id, now_us);
    }
}

/* ---- pictures -------------------------------------------------------------------------------- */

static gboolean
keep_picture (const char *id, const GByteArray *bytes, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  const ParlorWireService *wire = user_data;
  if (!parlor_pictures_has_room (wire->spec.config->data_dir, bytes->len))
    {
      parlor_log (PARLOR_LOG_WARNING, "the disk is too full for people's pictures");
      return FALSE;
    }
  if (parlor_pictures_write (wire->spec.config->data_dir, id, bytes, &error))
    return TRUE;
  parlor_log (PARLOR_LOG_WARNING, "%s", error->message);
  return FALSE;
}

static int
open_picture (const char *id, guint64 *size, gpointer user_data)
{
  return parlor_pictures_open (((ParlorWireService *)user_data)->spec.config->data_dir, id, size);
}

static gboolean
is_known (const char *id, gpointer service)
{
  return parlor_service_upload (service, id) != NULL;
}

static void
sweep_pictures (ParlorWireService *wire, ParlorMoment now)
{
  if (now.us < wire->sweep_us)
    return;
  wire->sweep_us = now.us + SWEEP_US;
  g_autoptr (GPtrArray) gone = parlor_service_sweep_uploads (wire->service, now);
  for (guint i = 0; i < gone->len; i++)
    parlor_pictures_remove (wire->spec.config->data_dir, gone->pdata[i]);
}

static void
erase (ParlorCustomer *customer, ParlorRecordFlushed done, gpointer done_data, gpointer user_data)
{
  ParlorWireService *wire = user_data;
  ParlorEraseSpec spec = {
      .service = wire->erasing,
      .records = wire->spec.store ? parlor_store_records (wire->spec.store) : NULL,
      .data_dir = wire->spec.config->data_dir,
      .forget_visitor = wire->spec.forget_visitor,
      .forget_customer = wire->spec.forget_customer,
      .forget_data = wire->spec.forget_data,
      .elsewhere = wire->spec.erase_elsewhere,
      .elsewhere_data = wire->spec.erase_data,
      .done = done,
      .done_data = done_data,
  };
  parlor_erase (&spec, customer, now_of (wire));
}

/* ---- brands --------------------------------------------------------------------------------- */

static ParlorConfirm
confirm_of (const ParlorBrand *brand)
{
  if (!g_strcmp0 (brand->confirm, "never"))
    return PARLOR_CONFIRM_NEVER;
  return !g_strcmp0 (brand->confirm, "always") ? PARLOR_CONFIRM_ALWAYS : PARLOR_CONFIRM_FIRST;
}

/* A brand of the config file's keys has no row, and no name but its id. */
static ParlorServiceBrand *
know_brand (const char *id, gpointer user_data)
{
  ParlorWireService *wire = user_data;
  const ParlorBrand *brand = id && *id ? parlor_brands_get (wire->spec.brands, id) : NULL;
  if (brand)
    {
      ParlorServiceBrand *known = parlor_service_add_brand (wire->service, id, brand->name,
                                                            confirm_of (brand));
      parlor_service_set_silence (known, (guint)brand->silence_h, now_of (wire));
      return known;
    }
  if (!g_strcmp0 (id, PARLOR_CONFIG_BRAND))
    return parlor_service_add_brand (wire->service, id, NULL, PARLOR_CONFIRM_FIRST);
  return parlor_service_brand (wire->service, id);
}

static void
know_brands (ParlorWireService *wire)
{
  g_autoptr (GPtrArray) brands = parlor_brands_list (wire->spec.brands);
  for (guint i = 0; i < brands->len; i++)
    know_brand (((const ParlorBrand *)brands->pdata[i])->id, wire);
}

/* users.groups: what a supervisor was given. */
static gboolean
oversees (const char *brand, const char *user, const char *group, gboolean *given,
          gpointer user_data)
{
  const ParlorWireService *wire = user_data;
  const ParlorUser *found = parlor_users_get (wire->spec.brands, brand, user);
  *given = found && found->groups && *found->groups;
  if (!*given)
    return FALSE;
  g_auto (GStrv) groups = g_strsplit_set (found->groups, " ,", -1);
  return g_strv_contains ((const char *const *)groups, group);
}

/* ---- the demo -------------------------------------------------------------------------------- */

static void
add_demo_rep (ParlorWireService *wire, ParlorServiceBrand *brand, const ParlorRepSpec *spec)
{
  ParlorRep *rep = parlor_service_rep (brand, spec->ref);
  if (!rep)
    rep = parlor_service_put_rep (wire->service, brand, spec, now_of (wire), NULL);
  if (rep && !rep->departed)
    sign_card (rep, wire);
}

/* Three people and a group, so that the flows can be tried with nothing attached. */
static void
make_demo (ParlorWireService *wire)
{
  static const char *const people[][3] = {
      {"lin", "Lin Mei 林梅", "Product adviser 产品顾问"},
      {"wang", "Wang Jun 王军", "Senior adviser 资深顾问"},
      {"zoe", "Zoe Carter", "Product adviser 产品顾问"},
  };
  ParlorServiceBrand *brand = know_brand (PARLOR_DEMO_BRAND, wire);
  if (!brand || !*brand->name)
    brand = parlor_service_add_brand (wire->service, PARLOR_DEMO_BRAND, "Aurora",
                                      PARLOR_CONFIRM_FIRST);
  if (!brand->groups->len)
    {
      ParlorGroupSpec group = {
          .name = "Advisers 顾问",
          .welcome = "Hello! Ask me anything about what you see. 您好，有什么想了解的？",
      };
      parlor_service_put_group (wire->service, brand, &group, NULL);
    }
  const char *group = ((ParlorGroup *)brand->groups->pdata[0])->id;
  for (guint i = 0; i < G_N_ELEMENTS (people); i++)
    {
      ParlorRepSpec spec = {.ref = people[i][0],
                            .name = people[i][1],
                            .title = people[i][2],
                            .groups = group,
                            .skills = ""};
      add_demo_rep (wire, brand, &spec);
    }
}

/* ---- loading --------------------------------------------------------------------------------- */

typedef struct
{
  ParlorWireService *wire;
  const ParlorRecordKind *kind;
} Loading;

/* No call outlives the server that carried it, and its room goes with it: else who talked in it
 * would go on, while nobody says any more who may come in. */
static void
end_room_of (ParlorWireService *wire, const ParlorCallRow *call)
{
  if (call->room && parlor_rooms_find (wire->spec.rooms, call->room))
    g_ptr_array_add (wire->over, g_strdup (call->room));
}

static void
on_row (gconstpointer row, gpointer user_data)
{
  Loading *loading = user_data;
  if (loading->kind == &parlor_call_kind)
    end_room_of (loading->wire, row);
  if (loading->kind == &parlor_message_kind)
    parlor_service_load_message (loading->wire->service, row);
  else
    parlor_service_load (loading->wire->service, loading->kind, row, now_of (loading->wire));
}

/* Comes in the loop's first turn, or when the store is closed and the service has gone before it.
 */
static void
on_recent (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  ParlorWireService **wire = user_data;
  for (guint i = 0; *wire && i < n; i++)
    parlor_service_load_message ((*wire)->service, rows[i]);
  if (*wire)
    (*wire)->recent = NULL;
  g_free (wire);
}

/* Stretches of presence that a crash left open ended when the server was last seen up. */
static void
on_open_shifts (const gconstpointer *rows, guint n, const GError *error, gpointer data)
{
  ParlorRecordSink *records = data;
  gint64 alive_ms = 0;
  for (guint i = 0; i < n; i++)
    if (!strcmp (((const ParlorShiftRow *)rows[i])->id, ALIVE))
      alive_ms = ((const ParlorShiftRow *)rows[i])->from_ms;
  for (guint i = 0; i < n; i++)
    {
      ParlorShiftRow row = *(const ParlorShiftRow *)rows[i];
      if (!strcmp (row.id, ALIVE))
        continue;
      row.to_ms = MAX (row.from_ms, alive_ms);
      row.cut = TRUE;
      records->put (records, &parlor_shift_kind, &row);
    }
}

static void
close_shifts (ParlorRecordSink *records)
{
  ParlorFindTerm open = {.field = "to_ms", .op = PARLOR_FIND_EQUAL, .number = 0};
  ParlorFind find = {.kind = &parlor_shift_kind, .terms = &open, .n_terms = 1, .limit = 10000};
  records->find (records, &find, on_open_shifts, records);
}

static void
say_alive (ParlorWireService *wire, ParlorMoment now)
{
  ParlorRecordSink *records = wire->spec.store ? parlor_store_records (wire->spec.store) : NULL;
  ParlorShiftRow row = {.id = (char *)ALIVE, .from_ms = now.wall_ms};
  if (!records || now.us < wire->alive_us)
    return;
  wire->alive_us = now.us + SWEEP_US;
  records->put (records, &parlor_shift_kind, &row);
}

static gboolean
load (ParlorWireService *wire, GError **error)
{
  guint n = 0;
  const ParlorRecordKind *const *kinds = parlor_service_kinds (&n);
  for (guint i = 0; i < n; i++)
    {
      Loading loading = {wire, kinds[i]};
      if (!parlor_store_load_records (wire->spec.store, kinds[i], on_row, &loading, error))
        return FALSE;
    }
  ParlorRecordSink *records = parlor_store_records (wire->spec.store);
  ParlorFindTerm since = {
      .field = "at_ms", .op = PARLOR_FIND_AT_LEAST, .number = now_of (wire).wall_ms - RECENT_MS};
  ParlorFind find = {.kind = &parlor_message_kind,
                     .terms = &since,
                     .n_terms = 1,
                     .order_by = "at_ms",
                     .limit = 10000};
  wire->recent = g_new (ParlorWireService *, 1);
  *wire->recent = wire;
  records->find (records, &find, on_recent, wire->recent);
  parlor_service_loaded (wire->service, now_of (wire));
  close_shifts (records);
  guint left_out = parlor_service_left_out (wire->service);
  if (left_out)
    parlor_log (PARLOR_LOG_WARNING, "%u rows of the service name what is not there", left_out);
  else if (parlor_service_n_uploads (wire->service)) /* with none it may be another database */
    parlor_pictures_sweep (wire->spec.config->data_dir, "upl_", is_known, wire->service);
  return TRUE;
}

/* ---- interface ------------------------------------------------------------------------------- */

static json_t *
encode_rep (const ParlorRep *rep)
{
  return parlor_encode_rep (rep, PARLOR_FOR_STAFF);
}

static json_t *
encode_public_rep (const ParlorRep *rep)
{
  return parlor_encode_rep (rep, PARLOR_FOR_CUSTOMER);
}

static json_t *
encode_conversation (const ParlorConversation *conversation)
{
  return parlor_encode_conversation (conversation, PARLOR_FOR_STAFF);
}

static void
fill_site (ParlorWireService *wire, ParlorRecordSink *records)
{
  wire->site = (ParlorServiceSite){
      .service = wire->service,
      .records = records,
      .rep = encode_rep,
      .public_rep = encode_public_rep,
      .group = parlor_encode_group,
      .customer = parlor_encode_customer,
      .binding = parlor_encode_binding,
      .conversation = encode_conversation,
      .message = parlor_encode_service_message,
      .call = parlor_encode_call,
      .job = parlor_encode_job,
      .brand = know_brand,
      .card_key = card_key,
      .sign_card = sign_card,
      .check_card = check_card,
      .keep_picture = keep_picture,
      .open_picture = open_picture,
      .erase = erase,
      .user_data = wire,
  };
}

ParlorWireService *
parlor_wire_service_new (const ParlorWireServiceSpec *spec, GError **error)
{
  ParlorWireService *wire = g_new0 (ParlorWireService, 1);
  ParlorRecordSink *records = spec->store ? parlor_store_records (spec->store) : NULL;
  wire->spec = *spec;
  wire->over = g_ptr_array_new_with_free_func (g_free);
  wire->sayings = g_ptr_array_new_with_free_func (saying_free);
  wire->leaving = g_ptr_array_new_with_free_func (g_free);
  wire->changed = g_ptr_array_new_with_free_func (g_free);
  wire->cards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify)parlor_cards_free);
  ParlorServiceSpec service = {
      .random = spec->random,
      .records = records,
      .notice = on_notice,
      .user_data = wire,
      .now = now_of,
      .hooks = spec->hooks,
      .audit = spec->audit,
      .event = on_event,
      .make_room = make_room,
      .product = product_of,
      .call_ended = on_call_ended,
      .alert = on_alert,
      .oversees = oversees,
  };
  wire->service = parlor_service_new (&service);
  wire->erasing = g_rc_box_new0 (ParlorService *);
  *wire->erasing = wire->service;
  if (spec->store && !load (wire, error))
    {
      parlor_wire_service_free (wire);
      return NULL;
    }
  know_brands (wire);
  if (spec->config->demo)
    make_demo (wire);
  ParlorDeskApp app = {make_token, wire};
  wire->desk = parlor_desk_new (wire->service, records, &app);
  parlor_signal_set_desk (spec->signal, wire->desk);
  parlor_rooms_add_entry (spec->rooms, may_enter, wire);
  fill_site (wire, records);
  return wire;
}

void
parlor_wire_service_free (ParlorWireService *wire)
{
  if (!wire)
    return;
  if (wire->recent)
    *wire->recent = NULL;
  parlor_rooms_remove_entry (wire->spec.rooms, wire);
  *wire->erasing = NULL;
  g_rc_box_release (wire->erasing);
  parlor_desk_free (wire->desk);
  parlor_service_end_shifts (wire->service, now_of (wire).wall_ms);
  parlor_service_free (wire->service);
  g_hash_table_unref (wire->cards);
  g_ptr_array_unref (wire->over);
  g_ptr_array_unref (wire->sayings);
  g_ptr_array_unref (wire->leaving);
  g_ptr_array_unref (wire->changed);
  g_free (wire);
}

const ParlorServiceSite *
parlor_wire_service_site (ParlorWireService *wire)
{
  return &wire->site;
}

gint64
parlor_wire_service_poll (ParlorWireService *wire)
{
  ParlorMoment now = now_of (wire);
  if (parlor_service_next_us (wire->service) <= now.us)
    parlor_service_poll (wire->service, now);
  end_rooms (wire, now.us);
  say_all (wire);
  send_off (wire, now.us);
  put_out_all (wire, now.us);
  sweep_pictures (wire, now);
  say_alive (wire, now);
  return parlor_service_next_us (wire->service);
}

void
parlor_wire_service_metrics (ParlorWireService *wire, ParlorMetricsPage *page)
{
  const ParlorServiceStats *stats = parlor_service_stats (wire->service);
  parlor_metrics_add (page, "parlor_service_taps_total", NULL, NULL, (double)stats->taps);
  parlor_metrics_add (page, "parlor_service_taps_refused_total", NULL, NULL,
                      (double)stats->taps_refused);
  parlor_metrics_add (page, "parlor_service_bound_total", NULL, NULL, (double)stats->bound);
  parlor_metrics_add (page, "parlor_service_messages_total", NULL, NULL, (double)stats->messages);
  parlor_metrics_add (page, "parlor_service_calls_total", NULL, NULL, (double)stats->calls);
  parlor_metrics_add (page, "parlor_service_rescued_total", NULL, NULL, (double)stats->rescued);
  parlor_metrics_add (page, "parlor_service_queued", NULL, NULL, stats->queued);
  parlor_metrics_add (page, "parlor_service_reps_present", NULL, NULL, stats->present);
}
