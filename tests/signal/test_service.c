/* SPDX-License-Identifier: Apache-2.0 */
/* Visitors and reps at their desks, over real sockets: who hears what, and who may not. */
#include "world.h"

#include "signal/desk.h"
#include "signal/messages.h"

#include <string.h>

#define DEVICE_A "0123456789abcdef0123456789abcdef"
#define DEVICE_B "fedcba9876543210fedcba9876543210"

typedef struct
{
  World *world;
  ParlorService *service;
  ParlorDesk *desk;
} Fixture;

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)g_random_int_range (0, 256);
}

static ParlorMoment
now_of (gpointer user_data)
{
  return (ParlorMoment){g_get_monotonic_time (), g_get_real_time () / 1000};
}

static void
on_notice (const ParlorServiceNotice *notice, gpointer user_data)
{
  Fixture *f = user_data;
  if (f->desk)
    parlor_desk_notice (f->desk, notice);
}

static char *
no_token (const char *room, const char *identity, const char *name, gboolean rep,
          gpointer user_data)
{
  return NULL;
}

static void
begin (Fixture *f, gboolean strict)
{
  static const ParlorDeskApp app = {no_token, NULL};
  f->world = world_new (&(WorldSpec){.strict = strict});
  ParlorServiceSpec spec = {
      .random = {fill, NULL}, .notice = on_notice, .user_data = f, .now = now_of};
  f->service = parlor_service_new (&spec);
  ParlorServiceBrand *brand = parlor_service_add_brand (f->service, "br_demo", "Aurora",
                                                        PARLOR_CONFIRM_FIRST);
  ParlorGroupSpec group = {.name = "Advisers", .welcome = "Hello!"};
  ParlorGroup *made = parlor_service_put_group (f->service, brand, &group, NULL);
  ParlorRepSpec rep = {.ref = "lin", .name = "Lin", .groups = made->id};
  g_assert_nonnull (parlor_service_put_rep (f->service, brand, &rep, now_of (NULL), NULL));
  f->desk = parlor_desk_new (f->service, NULL, &app);
  parlor_signal_set_desk (f->world->signal, f->desk);
}

static void
set_up (Fixture *f, gconstpointer strict)
{
  begin (f, strict != NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  world_free (f->world);
  parlor_desk_free (f->desk);
  parlor_service_free (f->service);
}

/* The next message of this type; what comes before it is put to `heard` (nullable). */
static json_t *
hear (Peer *peer, const char *type)
{
  return peer_expect (peer, type);
}

static void
attach (Peer *peer, const char *text)
{
  peer_send (peer, text);
  json_decref (hear (peer, "attached"));
}

static char *
tap_and_bind (Peer *visitor)
{
  peer_send (visitor, "{\"t\":\"tap\",\"id\":\"tap_00000001\",\"room_ms\":201330}");
  json_decref (hear (visitor, "card"));
  peer_send (visitor, "{\"t\":\"bind\",\"tap\":\"tap_00000001\"}");
  json_t *bound = hear (visitor, "bound");
  char *conversation = g_strdup (member (bound, "conversation"));
  json_decref (bound);
  return conversation;
}

static void
say (Peer *peer, const char *conversation, const char *text)
{
  g_autofree char *json = g_strdup_printf ("{\"t\":\"say\",\"id\":7,\"conversation\":\"%s\","
                                           "\"client_id\":\"%s\",\"text\":\"%s\"}",
                                           conversation, text, text);
  peer_send (peer, json);
}

static void
test_flow (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) rep = peer_new (f->world), visitor = peer_new (f->world);
  attach (rep, "{\"t\":\"attach\",\"as\":\"rep\",\"rep\":\"lin\"}");
  attach (visitor, "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_A "\"}");
  g_autofree char *conversation = tap_and_bind (visitor);
  say (visitor, conversation, "how-much");
  json_decref (hear (visitor, "said"));
  json_t *offered = hear (rep, "offered");
  g_autofree char *yes = g_strdup_printf ("{\"t\":\"offer_reply\",\"offer\":\"%s\",\"yes\":true}",
                                          member (json_object_get (offered, "offer"), "id"));
  json_decref (offered);
  peer_send (rep, yes);
  say (rep, conversation, "it-is-199");
  json_decref (hear (rep, "said"));
  for (;;)
    {
      json_t *message = hear (visitor, "message");
      g_autofree char *text = g_strdup (member (json_object_get (message, "message"), "text"));
      json_decref (message);
      if (!strcmp (text, "it-is-199"))
        break;
    }
}

/* What only the house may see never stands in a customer's frame. */
static void
test_secret_fields (Fixture *f, gconstpointer data)
{
  static const char *const secret[] = {"note",          "customer",  "product",
                                       "waiting_since", "last_text", "still"};
  g_autoptr (Peer) rep = peer_new (f->world), visitor = peer_new (f->world);
  attach (rep, "{\"t\":\"attach\",\"as\":\"rep\",\"rep\":\"lin\"}");
  attach (visitor, "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_A "\"}");
  g_autofree char *conversation = tap_and_bind (visitor);
  g_autofree char *note = g_strdup_printf (
      "{\"t\":\"thread\",\"conversation\":\"%s\",\"note\":\"difficult\"}", conversation);
  peer_send (rep, note);
  say (rep, conversation, "welcome");
  for (guint i = 0; i < 2; i++)
    {
      json_t *told = hear (visitor, "conversation");
      json_t *thread = json_object_get (told, "conversation");
      for (guint k = 0; k < G_N_ELEMENTS (secret); k++)
        g_assert_null (json_object_get (thread, secret[k]));
      json_decref (told);
    }
}

static void
assert_error (Peer *peer, const char *text, const char *code)
{
  peer_send (peer, text);
  json_t *error = hear (peer, "error");
  g_assert_cmpstr (member (error, "code"), ==, code);
  json_decref (error);
}

/* A join's token says who he is in the room, and takes nothing from his desk. */
static void
test_join_at_desk (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) rep = peer_new (f->world), visitor = peer_new (f->world);
  attach (rep, "{\"t\":\"attach\",\"as\":\"rep\",\"rep\":\"lin\"}");
  attach (visitor, "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_A "\"}");
  g_autofree char *conversation = tap_and_bind (visitor);
  world_room (f->world, "hall");
  json_decref (peer_join (rep, "hall", "lin", PARLOR_ROLE_MEMBER));
  say (rep, conversation, "still-here");
  json_decref (hear (rep, "said"));
}

static void
test_others (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) visitor = peer_new (f->world), other = peer_new (f->world);
  attach (visitor, "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_A "\"}");
  attach (other, "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_B "\"}");
  g_autofree char *conversation = tap_and_bind (visitor);
  static const char *const tries[] = {"history", "typing", "say", "seen", "about", "call"};
  for (guint i = 0; i < G_N_ELEMENTS (tries); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{\"t\":\"%s\",\"conversation\":\"%s\",\"client_id\":\"x\",\"text\":\"x\",\"seq\":1,"
          "\"product\":\"x\"}",
          tries[i], conversation);
      assert_error (other, text, "not_found");
    }
  assert_error (other, "{\"t\":\"suspend\",\"on\":true}", "forbidden");
  assert_error (other, "{\"t\":\"offer_reply\",\"offer\":\"off_1\",\"yes\":true}", "forbidden");
}

static void
identify (Fixture *f, Peer *peer, const char *ref)
{
  ParlorClaims claims = {.identity = (char *)ref,
                         .brand = (char *)"br_demo",
                         .role = PARLOR_ROLE_MEMBER,
                         .expires_ms = now_of (NULL).wall_ms + 3600 * 1000};
  g_autofree char *token = parlor_keyring_sign (f->world->keyring, &claims, NULL);
  g_autofree char *text = g_strdup_printf (
      "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_A "\",\"identity\":\"%s\"}",
      token);
  attach (peer, text);
}

static void
act (Peer *peer, const ParlorCall *call, const char *what, const char *refused)
{
  g_autofree char *text = g_strdup_printf ("{\"t\":\"call_act\",\"call\":\"%s\",\"act\":\"%s\"}",
                                           call->id, what);
  if (refused)
    assert_error (peer, text, refused);
  else
    peer_send (peer, text);
}

/* Whose customer he is has no hand in the call that another has; he may take it back. */
static void
test_anothers_call (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) lin = peer_new (f->world), wang = peer_new (f->world),
                   visitor = peer_new (f->world);
  attach (lin, "{\"t\":\"attach\",\"as\":\"rep\",\"rep\":\"lin\"}");
  attach (visitor, "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_A "\"}");
  g_autofree char *id = tap_and_bind (visitor);
  ParlorServiceBrand *brand = parlor_service_brand (f->service, "br_demo");
  const ParlorGroup *group = brand->groups->pdata[0];
  ParlorRepSpec spec = {.ref = "wang", .name = "Wang", .groups = group->id};
  ParlorRep *next = parlor_service_put_rep (f->service, brand, &spec, now_of (NULL), NULL);
  attach (wang, "{\"t\":\"attach\",\"as\":\"rep\",\"rep\":\"wang\"}");
  ParlorConversation *conversation = parlor_service_conversation (f->service, "br_demo", id);
  ParlorCall *call = parlor_service_call (conversation, TRUE, FALSE, "rm_x", now_of (NULL), NULL);
  act (wang, call, "end", "not_found");
  g_assert_true (parlor_service_call_answer (call, TRUE, now_of (NULL), NULL));
  parlor_service_call_peers (call, TRUE, TRUE, now_of (NULL));
  g_assert_true (parlor_service_call_take (call, next, now_of (NULL), NULL));
  parlor_service_call_peers (call, TRUE, TRUE, now_of (NULL));
  static const char *const tries[] = {"end", "decline", "answer", "dismiss", "invite", "hand_over"};
  for (guint i = 0; i < G_N_ELEMENTS (tries); i++)
    act (lin, call, tries[i], "forbidden");
  g_assert_true (call->rep == next && call->state == PARLOR_CALL_ACTIVE);
  act (wang, call, "end", NULL);
  act (wang, call, "end", "not_found"); /* heard, and there is no such call any more */
}

/* In one tab; the other shows nothing of his any more, and is told none. */
static void
test_signed_out (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) rep = peer_new (f->world);
  g_autoptr (Peer) one = peer_new (f->world), two = peer_new (f->world);
  attach (rep, "{\"t\":\"attach\",\"as\":\"rep\",\"rep\":\"lin\"}");
  identify (f, one, "c-1");
  identify (f, two, "c-1");
  g_autofree char *conversation = tap_and_bind (two);
  attach (one,
          "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_A "\",\"signed_out\":true}");
  json_t *told = hear (two, "attached");
  g_assert_cmpuint (json_array_size (json_object_get (told, "threads")), ==, 0);
  json_decref (told);
  const char *again = "{\"t\":\"bind\",\"tap\":\"tap_00000001\"}";
  assert_error (two, again, "not_found");
  say (rep, conversation, "for-him-alone");
  json_decref (hear (rep, "said"));
  peer_send (two, again);
  json_t *next = peer_next (two); /* nothing came before the answer */
  g_assert_cmpstr (member (next, "t"), ==, "error");
  json_decref (next);
}

static void
test_stranger (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) peer = peer_new (f->world);
  assert_error (peer, "{\"t\":\"attach\",\"as\":\"rep\",\"rep\":\"lin\"}", "forbidden");
  assert_error (peer, "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"short\"}", "bad_message");
  assert_error (peer, "{\"t\":\"attach\",\"as\":\"owner\"}", "bad_message");
  assert_error (peer, "{\"t\":\"tap\",\"id\":\"tap_00000001\"}", "not_joined");
}

static int
told_present (Peer *visitor)
{
  json_t *told = hear (visitor, "present");
  int n = (int)json_integer_value (json_object_get (told, "n"));
  json_decref (told);
  return n;
}

/* A page that stands is told when the first comes and when the last goes. */
static void
test_present (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) rep = peer_new (f->world), visitor = peer_new (f->world);
  attach (visitor, "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_A "\"}");
  parlor_signal_staffing (f->world->signal);
  attach (rep, "{\"t\":\"attach\",\"as\":\"rep\",\"rep\":\"lin\"}");
  parlor_signal_staffing (f->world->signal);
  g_assert_cmpint (told_present (visitor), ==, 1);
  parlor_signal_staffing (f->world->signal);
  peer_send (rep, "{\"t\":\"suspend\",\"on\":true}");
  for (gboolean gone = FALSE; !gone;)
    {
      json_t *told = hear (rep, "presence");
      gone = !strcmp (member (json_object_get (told, "rep"), "presence"), "suspended");
      json_decref (told);
    }
  parlor_signal_staffing (f->world->signal);
  g_assert_cmpint (told_present (visitor), ==, 0);
}

/* Beside a stream one group answers: what others have is nothing to its viewers. */
static void
test_present_of_a_group (Fixture *f, gconstpointer data)
{
  ParlorServiceBrand *brand = parlor_service_brand (f->service, "br_demo");
  ParlorGroupSpec spec = {.name = "Lamps"};
  const ParlorGroup *lamps = parlor_service_put_group (f->service, brand, &spec, NULL);
  ParlorRepSpec mei = {.ref = "mei", .name = "Mei", .groups = lamps->id};
  g_assert_nonnull (parlor_service_put_rep (f->service, brand, &mei, now_of (NULL), NULL));
  g_autoptr (Peer) lin = peer_new (f->world), rep = peer_new (f->world);
  g_autoptr (Peer) visitor = peer_new (f->world);
  attach (lin, "{\"t\":\"attach\",\"as\":\"rep\",\"rep\":\"lin\"}");
  attach (visitor, "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_A "\"}");
  parlor_signal_staffing (f->world->signal);
  attach (rep, "{\"t\":\"attach\",\"as\":\"rep\",\"rep\":\"mei\"}");
  parlor_signal_staffing (f->world->signal);
  for (gboolean of_lamps = FALSE; !of_lamps;)
    {
      json_t *told = hear (visitor, "present");
      const json_t *group = json_array_get (json_object_get (told, "groups"), 0);
      g_assert_cmpint (json_integer_value (json_object_get (told, "n")), ==, 1);
      g_assert_cmpint (json_integer_value (json_object_get (group, "present")), ==, 1);
      of_lamps = !g_strcmp0 (member (group, "id"), lamps->id);
      json_decref (told);
    }
}

/* Each field of each row of a desk: of a wrong type, too long, missing. */
static void
test_fields (Fixture *f, gconstpointer data)
{
  guint n;
  const ParlorMessageRow *rows = parlor_message_rows (&n);
  for (guint i = 0; i < n; i++)
    {
      if (rows[i].when != PARLOR_WHEN_DESK)
        continue;
      g_autoptr (Peer) peer = peer_new (f->world);
      attach (peer, "{\"t\":\"attach\",\"as\":\"visitor\",\"device\":\"" DEVICE_A "\"}");
      for (guint k = 0; k < PARLOR_MAX_FIELDS && rows[i].fields[k].name; k++)
        {
          g_autofree char *wrong = g_strdup_printf ("{\"t\":\"%s\",\"%s\":{}}", rows[i].type,
                                                    rows[i].fields[k].name);
          assert_error (peer, wrong, "bad_message");
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, strict, func)                                                                    \
  g_test_add ("/signal/service/" name, Fixture, GINT_TO_POINTER (strict), set_up, func, tear_down)
  ADD ("a-tap-a-yes-an-offer-an-answer", FALSE, test_flow);
  ADD ("what-only-the-house-may-see-is-in-no-customers-frame", FALSE, test_secret_fields);
  ADD ("a-join-takes-nothing-from-a-reps-desk", FALSE, test_join_at_desk);
  ADD ("another-visitor-finds-nothing", FALSE, test_others);
  ADD ("a-call-is-ended-by-whose-it-is", FALSE, test_anothers_call);
  ADD ("who-signs-out-in-one-tab-leaves-the-others", FALSE, test_signed_out);
  ADD ("who-is-there-is-told-to-pages-that-stand", FALSE, test_present);
  ADD ("who-is-there-of-one-group-is-told-beside-others", FALSE, test_present_of_a_group);
  ADD ("a-stranger-is-no-rep", TRUE, test_stranger);
  ADD ("every-field-of-a-desk-is-checked", FALSE, test_fields);
  return g_test_run ();
}
