/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_live.h"
#include "app/wire_live_parts.h"
#include "app/wire_screen.h"

#include "base/confusable.h"
#include "http/beat.h"
#include "room/moderation.h"
#include "room/room.h"

#include <string.h>

#define COUNT_MS 1000
#define SWEEP_MAX 200
/* An ended stream's room stays for who still talks there; then it goes when it is empty. */
#define AFTER_END_MS (10 * 60 * G_GINT64_CONSTANT (1000))
#define STAGE_TOKEN_MS (4 * 3600 * G_GINT64_CONSTANT (1000))
/* Before a viewer's id: the identity under which he publishes. */
#define STAGE_PREFIX "stage-"

typedef struct
{
  uv_timer_t timer;
  ParlorWireLive *wire; /* NULL = closing */
} Clockwork;

static gint64
now_us (const ParlorWireLive *wire)
{
  return wire->spec.clock->now_us (wire->spec.clock);
}

static gint64
wall_ms (const ParlorWireLive *wire)
{
  return wire->spec.clock->wall_ms (wire->spec.clock);
}

static gint64
room_ms (const char *id, gint64 time_us, gpointer user_data)
{
  ParlorWireLive *wire = user_data;
  ParlorRoom *room = parlor_rooms_find (wire->spec.rooms, id);
  return room ? parlor_room_ms (room, time_us) : 0;
}

/* ---- names of the house --------------------------------------------------------------------- */

/* Made anew when the reps are others, and once a minute for names that changed. */
#define HOUSE_US (60 * G_USEC_PER_SEC)

typedef struct
{
  ParlorNameGuard *guard;
  guint n_reps;
  gint64 made_us;
} House;

static void
house_free (gpointer data)
{
  House *house = data;
  parlor_name_guard_free (house->guard);
  g_free (house);
}

static House *
make_house (ParlorWireLive *wire, const char *id, const ParlorServiceBrand *served)
{
  House *house = g_new0 (House, 1);
  const ParlorBrand *brand = wire->brands ? parlor_brands_find (wire->brands, id) : NULL;
  house->guard = parlor_name_guard_new ();
  house->made_us = now_us (wire);
  house->n_reps = served ? served->reps->len : 0;
  if (brand)
    parlor_name_guard_add_brand (house->guard, brand->name);
  for (guint i = 0; i < house->n_reps; i++)
    parlor_name_guard_add (house->guard, ((const ParlorRep *)served->reps->pdata[i])->name);
  g_hash_table_replace (wire->houses, g_strdup (id), house);
  return house;
}

static gboolean
is_protected (const char *brand, const char *name, gpointer user_data)
{
  ParlorWireLive *wire = user_data;
  const ParlorServiceBrand *served = wire->service ? parlor_service_brand (wire->service, brand)
                                                   : NULL;
  House *house = g_hash_table_lookup (wire->houses, brand);
  if (!house || house->n_reps != (served ? served->reps->len : 0)
      || now_us (wire) - house->made_us > HOUSE_US)
    house = make_house (wire, brand, served);
  return parlor_name_guard_refuses (house->guard, name);
}

/* The brand's keyword rules are kept with its service. */
static gboolean
may_say (const char *brand, const char *room, const char *name, const char *text, gint64 room_ms,
         gpointer user_data)
{
  ParlorWireLive *wire = user_data;
  ParlorServiceBrand *served = wire->service ? parlor_service_brand (wire->service, brand) : NULL;
  ParlorJudged said = {
      .comment = TRUE, .place = room, .by = name, .text = text, .room_ms = room_ms};
  ParlorMoment now = {now_us (wire), wire->spec.clock->wall_ms (wire->spec.clock)};
  return !served || parlor_service_judge (served, &said, now);
}

static gboolean
screen (const char *brand, const ParlorComment *comment, gpointer user_data)
{
  return parlor_wire_screen_ask (((ParlorWireLive *)user_data)->screen, brand, comment);
}

/* With the device of a customer his person and what was said would be lost. */
static gboolean
is_needed (const char *brand, const char *visitor, gpointer wire)
{
  ParlorServiceBrand *served = parlor_service_brand (((ParlorWireLive *)wire)->service, brand);
  return served && parlor_service_customer_of (served, visitor);
}

void
parlor_wire_live_set_house (ParlorWireLive *wire, ParlorBrands *brands, ParlorService *service)
{
  wire->brands = brands;
  wire->service = service;
  parlor_visitors_set_needed (wire->visitors, service ? is_needed : NULL, wire);
}

/* ---- from the live rooms -------------------------------------------------------------------- */

static ParlorStage
stage_for (ParlorLiveState state)
{
  if (state == PARLOR_LIVE_ON)
    return PARLOR_STAGE_OPEN;
  return state == PARLOR_LIVE_SCHEDULED ? PARLOR_STAGE_CLOSED : PARLOR_STAGE_PAUSED;
}

static void
set_stage (ParlorWireLive *wire, const ParlorLiveRoom *live)
{
  const ParlorLiveInfo *info = parlor_live_info (live);
  ParlorRoom *room = parlor_rooms_find (wire->spec.rooms, info->room);
  if (room)
    parlor_room_set_stage (room, stage_for ((ParlorLiveState)info->state));
}

/* Whoever is off the stage publishes no more, whatever his page does. */
static void
end_publishing (ParlorWireLive *wire, const ParlorLiveEvent *event)
{
  ParlorRoom *room = parlor_rooms_find (wire->spec.rooms, parlor_live_info (event->room)->room);
  g_autofree char *identity = g_strconcat (STAGE_PREFIX, event->person, NULL);
  ParlorParticipant *publisher;
  while (room && (publisher = parlor_room_find_identity (room, identity))
         && parlor_room_remove (room, NULL, parlor_participant_info (publisher)->id, FALSE,
                                now_us (wire), NULL))
    ;
}

/* The token of the stage holds for hours; he who was taken down must not come back by it. */
static gboolean
may_enter (const ParlorRoom *room, const char *identity, gpointer user_data)
{
  const ParlorWireLive *wire = user_data;
  if (!parlor_room_is_live (room) || !g_str_has_prefix (identity, STAGE_PREFIX))
    return TRUE;
  const ParlorLiveRoom *live = parlor_live_find (wire->live, parlor_room_info (room)->id);
  return live && parlor_live_is_on_stage (live, identity + strlen (STAGE_PREFIX));
}

static void
on_live_event (const ParlorLiveEvent *event, gpointer user_data)
{
  ParlorWireLive *wire = user_data;
  if (event->type == PARLOR_LIVE_EVENT_STATE)
    set_stage (wire, event->room);
  if (wire->signal)
    parlor_signal_live_event (wire->signal, event);
  if (event->type == PARLOR_LIVE_EVENT_OFF_STAGE)
    end_publishing (wire, event);
  if (event->type == PARLOR_LIVE_EVENT_PIN)
    parlor_wire_live_resolve (wire, event);
  parlor_wire_audience_event (wire->audience, event);
}

static void
on_happened (const ParlorEvent *event, gpointer user_data)
{
  const ParlorWireLiveSpec *spec = &((ParlorWireLive *)user_data)->spec;
  if (spec->happened)
    spec->happened (event, spec->happened_data);
}

char *
parlor_wire_live_stage_token (ParlorParticipant *viewer, gpointer data)
{
  ParlorWireLive *wire = data;
  const ParlorParticipantInfo *info = parlor_participant_info (viewer);
  const ParlorRoomInfo *room = parlor_room_info (parlor_participant_room (viewer));
  const ParlorLiveRoom *live = parlor_live_find (wire->live, room->id);
  g_autofree char *identity = g_strconcat (STAGE_PREFIX, info->id, NULL);
  ParlorClaims claims = {
      .identity = identity,
      .brand = (char *)room->brand,
      .room = (char *)room->id,
      .name = (char *)info->name,
      .role = PARLOR_ROLE_MEMBER,
      .granted = PARLOR_RIGHT_PUBLISH_MICROPHONE | PARLOR_RIGHT_PUBLISH_CAMERA,
      .expires_ms = wall_ms (wire) + STAGE_TOKEN_MS,
  };
  /* What publishes has no page that could be asked whether it may be recorded: he was. */
  if (live && parlor_live_guest_agrees (live, info->id))
    claims.granted |= PARLOR_RIGHT_RECORD;
  return parlor_keyring_sign (wire->spec.keyring, &claims, NULL);
}

/* What was withdrawn is pinned nowhere any more. */
static void
unpin_withdrawn (ParlorWireLive *wire, const char *brand)
{
  guint n;
  gint64 time_us = now_us (wire);
  g_autofree ParlorLiveRoom **rooms = parlor_live_list (wire->live, brand, &n);
  for (guint i = 0; i < n; i++)
    {
      const ParlorPin *pin = parlor_live_current_pin (rooms[i]);
      ParlorRoom *room = parlor_rooms_find (wire->spec.rooms, parlor_live_info (rooms[i])->room);
      if (room && pin && !parlor_products_find (wire->products, brand, pin->sku))
        parlor_live_unpin (
            rooms[i], (ParlorLiveNow){time_us, wall_ms (wire), parlor_room_ms (room, time_us)});
    }
}

void
parlor_wire_live_shelf_changed (const char *brand, gpointer data)
{
  ParlorWireLive *wire = data;
  unpin_withdrawn (wire, brand);
  if (wire->signal)
    parlor_signal_shelf (wire->signal, brand);
}

/* ---- from the rooms ------------------------------------------------------------------------- */

static void
tell_viewer (ParlorWireLive *wire, const ParlorRoomEvent *event, const char *type)
{
  const ParlorRoomInfo *room = parlor_room_info (event->room);
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("participant", parlor_participant_info (event->participant)->id)};
  on_happened (&(ParlorEvent){.type = type,
                              .brand = room->brand,
                              .entity = room->id,
                              .at_ms = wall_ms (wire),
                              .room_ms = parlor_room_ms (event->room, now_us (wire)),
                              .data = data,
                              .n_data = G_N_ELEMENTS (data)},
               wire);
}

/* The stream is called as its room is. */
static void
take_title (ParlorWireLive *wire, ParlorRoom *room)
{
  const ParlorRoomInfo *info = parlor_room_info (room);
  ParlorLiveRoom *live = parlor_live_find (wire->live, info->id);
  ParlorLiveNow now = {now_us (wire), wall_ms (wire), parlor_room_ms (room, now_us (wire))};
  if (live && strcmp (parlor_live_info (live)->title, info->title))
    parlor_live_edit (live, &(ParlorLiveEdit){.title = info->title, .scheduled_ms = -1}, now, NULL);
}

void
parlor_wire_live_room_event (ParlorWireLive *wire, const ParlorRoomEvent *event)
{
  if (event->type == PARLOR_EVENT_ROOM)
    take_title (wire, event->room);
  const ParlorParticipantInfo *info = event->participant
                                          ? parlor_participant_info (event->participant)
                                          : NULL;
  if (!info || !info->audience)
    return;
  if (event->type == PARLOR_EVENT_WELCOME && !event->resumed)
    {
      tell_viewer (wire, event, "viewer.joined");
      parlor_wire_audience_joined (wire->audience, parlor_room_info (event->room));
    }
  if (event->type != PARLOR_EVENT_LEFT)
    return;
  tell_viewer (wire, event, "viewer.left");
  ParlorLiveRoom *live = parlor_live_find (wire->live, parlor_room_info (event->room)->id);
  if (live)
    parlor_live_leave_stage (live, info->id,
                             (ParlorLiveNow){now_us (wire), wall_ms (wire),
                                             parlor_room_ms (event->room, now_us (wire))});
}

static void
count (ParlorWireLive *wire, ParlorLiveRoom *live, gint64 time_us)
{
  const ParlorLiveInfo *info = parlor_live_info (live);
  ParlorRoom *room = parlor_rooms_find (wire->spec.rooms, info->room);
  if (!room)
    return;
  parlor_live_set_viewers (
      live, parlor_room_n_audience (room),
      (ParlorLiveNow){time_us, wall_ms (wire), parlor_room_ms (room, time_us)});
  parlor_wire_audience_count (wire->audience, info, room, parlor_room_n_audience (room));
  if (info->state == PARLOR_LIVE_ENDED && !parlor_room_n_participants (room)
      && wall_ms (wire) - info->ended_ms > AFTER_END_MS)
    parlor_room_end (room, NULL, time_us, NULL);
}

void
parlor_wire_live_forget (const char *visitor, gpointer user_data)
{
  ParlorWireLive *wire = user_data;
  guint n;
  g_autofree ParlorLiveRoom **rooms = parlor_live_list (wire->live, NULL, &n);
  for (guint i = 0; i < n; i++)
    {
      const ParlorRoom *room = parlor_rooms_find (wire->spec.rooms,
                                                  parlor_live_info (rooms[i])->room);
      gint64 room_ms = room ? parlor_room_ms (room, now_us (wire)) : 0;
      parlor_live_forget_visitor (rooms[i], visitor,
                                  (ParlorLiveNow){now_us (wire), wall_ms (wire), room_ms});
    }
  parlor_wire_audience_forget (wire->audience, visitor);
  parlor_visitors_forget (wire->visitors, visitor);
}

void
parlor_wire_live_forget_customer (const ParlorCustomer *customer, gpointer user_data)
{
  parlor_wire_audience_forget_customer (((ParlorWireLive *)user_data)->audience, customer);
}

static void
on_second (uv_timer_t *timer)
{
  ParlorWireLive *wire = ((Clockwork *)timer->data)->wire;
  guint n;
  parlor_beat (timer, on_second, COUNT_MS);
  g_autofree ParlorLiveRoom **rooms = parlor_live_list (wire->live, NULL, &n);
  for (guint i = 0; i < n; i++)
    count (wire, rooms[i], now_us (wire));
  parlor_wire_audience_second (wire->audience);
  parlor_signal_staffing (wire->signal);
  parlor_visitors_sweep (wire->visitors, wall_ms (wire), SWEEP_MAX);
  parlor_handoffs_sweep (wire->handoffs, wall_ms (wire), SWEEP_MAX);
}

/* ---- making --------------------------------------------------------------------------------- */

static void
fill_demo_shelf (ParlorWireLive *wire)
{
  static const ParlorProduct demo[] = {
      {.sku = "lamp-01",
       .title = "Reading lamp “Moon” · 月光阅读灯",
       .image = "/demo/lamp.svg",
       .url = "https://shop.example/lamp-01",
       .price = "¥399",
       .stock = "42 left"},
      {.sku = "kettle-02",
       .title = "Pour-over kettle · 手冲细口壶",
       .image = "/demo/kettle.svg",
       .url = "https://shop.example/kettle-02",
       .price = "¥268",
       .stock = "17 left"},
      {.sku = "chair-03",
       .title = "Study chair “Bow” · 弓背书椅",
       .image = "/demo/chair.svg",
       .url = "https://shop.example/chair-03",
       .price = "¥1,299",
       .stock = ""},
      {.sku = "tea-04",
       .title = "Longjing, first pick · 明前龙井",
       .image = "/demo/tea.svg",
       .url = "https://shop.example/tea-04",
       .price = "¥520",
       .stock = "8 left"},
  };
  guint n;
  g_autofree const ParlorProduct **known = parlor_products_list (wire->products, PARLOR_DEMO_BRAND,
                                                                 &n);
  for (guint i = 0; !n && i < G_N_ELEMENTS (demo); i++)
    {
      ParlorProduct product = demo[i];
      product.brand = (char *)PARLOR_DEMO_BRAND;
      parlor_products_put (wire->products, &product, wall_ms (wire), NULL);
    }
}

ParlorWireLive *
parlor_wire_live_new (const ParlorWireLiveSpec *spec, GError **error)
{
  ParlorWireLive *wire = g_new0 (ParlorWireLive, 1);
  wire->spec = *spec;
  ParlorRecordSink *sink = spec->store ? parlor_store_records (spec->store) : NULL;
  ParlorLiveSpec live = {
      .sink = sink,
      .random = spec->random,
      .event = on_live_event,
      .happened = on_happened,
      .is_protected = is_protected,
      .may_say = may_say,
      .screen = screen,
      .room_ms = room_ms,
      .user_data = wire,
  };
  wire->houses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, house_free);
  wire->products = parlor_products_new (sink);
  wire->visitors = parlor_visitors_new (sink, &spec->random);
  wire->handoffs = parlor_handoffs_new (sink, &spec->random);
  live.products = wire->products;
  wire->screen = parlor_wire_screen_new (spec->hooks, spec->clock);
  wire->live = parlor_live_new (&live);
  parlor_wire_screen_tie (wire->screen, wire->live);
  ParlorWireAudienceSpec audience = {
      .clock = spec->clock,
      .random = spec->random,
      .store = spec->store,
      .rooms = spec->rooms,
      .happened = spec->happened,
      .happened_data = spec->happened_data,
      .tick_s = spec->tick_s,
  };
  wire->audience = parlor_wire_audience_new (&audience, error);
  if (!wire->audience || !parlor_wire_live_load (wire, error))
    {
      parlor_wire_live_free (wire);
      return NULL;
    }
  parlor_rooms_add_entry (spec->rooms, may_enter, wire);
  guint n;
  g_autofree ParlorLiveRoom **rooms = parlor_live_list (wire->live, NULL, &n);
  for (guint i = 0; i < n; i++)
    {
      set_stage (wire, rooms[i]);
      parlor_wire_audience_begin (wire->audience, parlor_live_info (rooms[i]));
    }
  parlor_wire_live_load_rest (wire);
  if (spec->demo)
    fill_demo_shelf (wire);
  return wire;
}

void
parlor_wire_live_start (ParlorWireLive *wire, ParlorSignal *signal)
{
  Clockwork *clockwork = g_new0 (Clockwork, 1);
  wire->signal = wire->audience->signal = signal;
  wire->clockwork = clockwork;
  clockwork->wire = wire;
  clockwork->timer.data = clockwork;
  uv_timer_init (wire->spec.loop, &clockwork->timer);
  parlor_beat (&clockwork->timer, on_second, COUNT_MS);
}

static void
on_closed (uv_handle_t *handle)
{
  g_free (handle->data);
}

static void
say_in (ParlorWireLive *wire, ParlorLiveRoom *room, const char *name, const char *text)
{
  char id[PARLOR_ID_SIZE];
  ParlorRoom *found = parlor_rooms_find (wire->spec.rooms, parlor_live_info (room)->room);
  ParlorLiveWho who = {.person = "bot", .name = name && *name ? name : "Parlor", .is_bot = TRUE};
  if (!found)
    return;
  parlor_id_make ("say", &wire->spec.random, id);
  parlor_live_comment (
      room, &who, id, text,
      (ParlorLiveNow){now_us (wire), wall_ms (wire), parlor_room_ms (found, now_us (wire))}, NULL);
}

void
parlor_wire_live_say (const char *brand, const char *room, const char *name, const char *text,
                      gpointer data)
{
  ParlorWireLive *wire = data;
  guint n;
  g_autofree ParlorLiveRoom **rooms = parlor_live_list (wire->live, brand, &n);
  for (guint i = 0; i < n; i++)
    {
      const ParlorLiveInfo *info = parlor_live_info (rooms[i]);
      if (room ? !strcmp (info->room, room) : info->state == PARLOR_LIVE_ON)
        say_in (wire, rooms[i], name, text);
    }
}

void
parlor_wire_live_free (ParlorWireLive *wire)
{
  if (!wire)
    return;
  Clockwork *clockwork = wire->clockwork;
  if (clockwork)
    uv_close ((uv_handle_t *)&clockwork->timer, on_closed);
  parlor_wire_live_forget_rest (wire);
  parlor_rooms_remove_entry (wire->spec.rooms, wire);
  parlor_wire_screen_free (wire->screen);
  parlor_live_free (wire->live);
  parlor_wire_audience_free (wire->audience);
  parlor_handoffs_free (wire->handoffs);
  parlor_visitors_free (wire->visitors);
  parlor_products_free (wire->products);
  g_hash_table_unref (wire->houses);
  g_free (wire);
}

gint64
parlor_wire_live_next_us (const ParlorWireLive *wire)
{
  return parlor_live_next_us (wire->live);
}

void
parlor_wire_live_poll (ParlorWireLive *wire, gint64 time_us)
{
  parlor_live_poll (wire->live, time_us);
}
