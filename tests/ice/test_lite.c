/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/client.h"
#include "ice/lite.h"

#include "check.h"

#define SEC G_GINT64_CONSTANT (1000000)
#define PEER_UFRAG "peer"
#define HIGH 0x7e0000ffu
#define LOW 0x6e0000ffu

typedef struct
{
  ParlorStunAgent *agent;
  ParlorIceCredentials local, next;
  ParlorIceLite *lite;
  ParlorIceResult result;
  guint8 reply[PARLOR_ICE_REPLY_MAX];
  gint64 now_us;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  guint8 random[PARLOR_ICE_RANDOM_BYTES] = {1, 2, 3};
  f->agent = parlor_stun_agent_new ();
  parlor_ice_credentials_make (5, random, &f->local);
  random[0] = 77;
  parlor_ice_credentials_make (5, random, &f->next);
  f->lite = parlor_ice_lite_new (&f->local, PEER_UFRAG);
  f->now_us = 100 * SEC;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_ice_lite_free (f->lite);
  parlor_stun_agent_free (f->agent);
}

static TestCheck
good_check (Fixture *f)
{
  return (TestCheck){.local_ufrag = f->local.ufrag,
                     .remote_ufrag = PEER_UFRAG,
                     .pwd = f->local.pwd,
                     .priority = HIGH,
                     .nominate = TRUE};
}

static ParlorIceVerdict
give (Fixture *f, const TestCheck *check, const ParlorTuple *from)
{
  guint8 bytes[TEST_CHECK_MAX];
  gsize length = test_check_make (check, bytes);
  return parlor_ice_lite_handle (f->lite, f->agent, bytes, length, from, f->now_us, f->reply,
                                 &f->result);
}

static void
expect (Fixture *f, const TestCheck *check, const ParlorTuple *from, gboolean selects)
{
  g_assert_cmpint (give (f, check, from), ==, PARLOR_ICE_OK);
  g_assert_cmpint (f->result.selected_changed, ==, selects);
}

static void
assert_selected (Fixture *f, const ParlorTuple *want)
{
  const ParlorTuple *got = parlor_ice_lite_selected (f->lite, f->now_us);
  g_assert_nonnull (got);
  g_assert_true (parlor_tuple_equal (got, want));
}

static int
error_code (Fixture *f)
{
  StunMessage message = {.buffer = f->reply, .buffer_len = f->result.reply_length};
  int code = 0;
  g_assert_cmpint (stun_message_get_class (&message), ==, STUN_ERROR);
  g_assert_cmpint (stun_message_find_error (&message, &code), ==, STUN_MESSAGE_RETURN_SUCCESS);
  g_assert_true (stun_message_has_attribute (&message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY));
  return code;
}

static void
test_first_check (Fixture *f, gconstpointer data)
{
  ParlorTuple from = test_tuple ("198.51.100.7", 4000);
  TestCheck check = good_check (f);
  g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_NEW);
  g_assert_null (parlor_ice_lite_selected (f->lite, f->now_us));
  check.nominate = FALSE;
  expect (f, &check, &from, FALSE);
  g_assert_true (f->result.tuple_added);
  g_assert_cmpuint (f->result.priority, ==, HIGH);
  g_assert_cmpuint (f->result.reply_length, >, 0);
  g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_VALIDATED);
  assert_selected (f, &from);
  check.nominate = TRUE;
  expect (f, &check, &from, TRUE);
  g_assert_false (f->result.tuple_added);
  g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_CONNECTED);
  g_assert_true (parlor_ice_lite_is_validated (f->lite, &from));
}

/* The smallest checks there are, from both families, good and wrong: nobody gets more than he sent.
 */
static void
test_reply_is_small (Fixture *f, gconstpointer data)
{
  static const char *const ips[] = {"198.51.100.7", "2001:db8:1:2:3:4:5:6"};
  for (guint i = 0; i < 32; i++)
    {
      ParlorTuple from = test_tuple (ips[i & 1], 65535);
      TestCheck check = good_check (f);
      guint8 bytes[TEST_CHECK_MAX];
      check.nominate = i & 2;
      check.controlled = i & 4;
      check.no_role = i & 8;
      check.extra_attribute = i & 16 ? 0x7777 : 0;
      gsize length = test_check_make (&check, bytes);
      parlor_ice_lite_handle (f->lite, f->agent, bytes, length, &from, f->now_us, f->reply,
                              &f->result);
      g_assert_true (f->result.authenticated);
      g_assert_cmpuint (f->result.reply_length, >, 0);
      g_assert_cmpuint (f->result.reply_length, <=, length);
    }
}

static void
test_client_against_lite (Fixture *f, gconstpointer data)
{
  static const char *const ips[] = {"198.51.100.7", "2001:db8::7"};
  for (guint i = 0; i < G_N_ELEMENTS (ips); i++)
    {
      g_autoptr (ParlorIceClient) client = parlor_ice_client_new (
          PEER_UFRAG, "0123456789012345678901", f->local.ufrag, f->local.pwd, 42 + i);
      ParlorTuple from = test_tuple (ips[i], 4000);
      ParlorAddr mapped;
      guint8 check[PARLOR_ICE_CLIENT_CHECK_MAX];
      gsize length = parlor_ice_client_poll (client, f->agent, f->now_us, check);
      g_assert_cmpuint (length, >, 0);
      g_assert_cmpuint (parlor_ice_client_poll (client, f->agent, f->now_us, check), ==, 0);
      parlor_ice_lite_handle (f->lite, f->agent, check, length, &from, f->now_us, f->reply,
                              &f->result);
      g_assert_cmpint (f->result.verdict, ==, PARLOR_ICE_OK);
      g_assert_true (parlor_ice_client_handle (client, f->agent, f->reply, f->result.reply_length,
                                               f->now_us + 30000));
      g_assert_true (parlor_ice_client_connected (client));
      g_assert_cmpint (parlor_ice_client_rtt_us (client), ==, 30000);
      g_assert_true (parlor_ice_client_mapped (client, &mapped));
      g_assert_true (parlor_addr_equal (&mapped, &from.peer));
    }
}

static void
test_strangers (Fixture *f, gconstpointer data)
{
  ParlorTuple from = test_tuple ("203.0.113.9", 4000);
  TestCheck check = good_check (f);
  check.local_ufrag = "FAAAAAAA";
  g_assert_cmpint (give (f, &check, &from), ==, PARLOR_ICE_UNKNOWN_UFRAG);
  g_assert_cmpuint (f->result.reply_length, ==, 0);
  check = good_check (f);
  check.remote_ufrag = "peeR";
  g_assert_cmpint (give (f, &check, &from), ==, PARLOR_ICE_UNKNOWN_UFRAG);
  check = good_check (f);
  check.pwd = "wrongwrongwrongwrongwron";
  g_assert_cmpint (give (f, &check, &from), ==, PARLOR_ICE_BAD_INTEGRITY);
  g_assert_cmpuint (f->result.reply_length, ==, 0);
  check = good_check (f);
  check.no_integrity = TRUE;
  g_assert_cmpint (give (f, &check, &from), ==, PARLOR_ICE_BAD_INTEGRITY);
  g_assert_cmpuint (f->result.reply_length, ==, 0);
  check = good_check (f);
  check.no_fingerprint = TRUE;
  g_assert_cmpint (give (f, &check, &from), ==, PARLOR_ICE_BAD_INTEGRITY);
  g_assert_cmpuint (f->result.reply_length, ==, 0);
  g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_NEW);
  g_assert_false (parlor_ice_lite_is_validated (f->lite, &from));
}

static void
test_every_flipped_bit (Fixture *f, gconstpointer data)
{
  ParlorTuple from = test_tuple ("203.0.113.9", 4000);
  TestCheck check = good_check (f);
  guint8 bytes[TEST_CHECK_MAX];
  gsize length = test_check_make (&check, bytes);
  for (gsize bit = 0; bit < length * 8; bit++)
    {
      bytes[bit / 8] ^= (guint8)(1u << bit % 8);
      ParlorIceVerdict verdict = parlor_ice_lite_handle (f->lite, f->agent, bytes, length, &from,
                                                         f->now_us, f->reply, &f->result);
      g_assert_cmpint (verdict, >, PARLOR_ICE_BAD_REQUEST);
      g_assert_cmpuint (f->result.reply_length, ==, 0);
      bytes[bit / 8] ^= (guint8)(1u << bit % 8);
    }
  for (gsize n = 0; n < length; n++)
    g_assert_cmpint (parlor_ice_lite_handle (f->lite, f->agent, bytes, n, &from, f->now_us,
                                             f->reply, &f->result),
                     ==, PARLOR_ICE_NOT_STUN);
  expect (f, &check, &from, TRUE);
}

static void
test_errors (Fixture *f, gconstpointer data)
{
  ParlorTuple from = test_tuple ("198.51.100.7", 4000);
  TestCheck check = good_check (f);
  check.controlled = TRUE;
  g_assert_cmpint (give (f, &check, &from), ==, PARLOR_ICE_ROLE_CONFLICT);
  g_assert_cmpint (error_code (f), ==, 487);
  check = good_check (f);
  check.extra_attribute = 0x0077;
  g_assert_cmpint (give (f, &check, &from), ==, PARLOR_ICE_UNKNOWN_ATTRIBUTE);
  g_assert_cmpint (error_code (f), ==, 420);
  check = good_check (f);
  check.priority = 0;
  g_assert_cmpint (give (f, &check, &from), ==, PARLOR_ICE_BAD_REQUEST);
  g_assert_cmpint (error_code (f), ==, 400);
  check = good_check (f);
  check.no_role = TRUE;
  g_assert_cmpint (give (f, &check, &from), ==, PARLOR_ICE_BAD_REQUEST);
  g_assert_false (parlor_ice_lite_is_validated (f->lite, &from));
  check = good_check (f);
  check.extra_attribute = 0xc057; /* as libwebrtc's network info: optional */
  expect (f, &check, &from, TRUE);
}

static void
test_not_a_request (Fixture *f, gconstpointer data)
{
  ParlorTuple from = test_tuple ("198.51.100.7", 4000);
  TestCheck check = good_check (f);
  guint8 bytes[TEST_CHECK_MAX];
  gsize length = test_check_make (&check, bytes);
  static const guint8 types[][2] = {{0x00, 0x11}, {0x01, 0x01}, {0x01, 0x11}, {0x00, 0x03}};
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      memcpy (bytes, types[i], 2);
      g_assert_cmpint (parlor_ice_lite_handle (f->lite, f->agent, bytes, length, &from, f->now_us,
                                               f->reply, &f->result),
                       ==, PARLOR_ICE_NOT_A_REQUEST);
      g_assert_cmpuint (f->result.reply_length, ==, 0);
    }
}

static void
test_regular_nomination (Fixture *f, gconstpointer data)
{
  ParlorTuple a = test_tuple ("198.51.100.7", 4000), b = test_tuple ("198.51.100.8", 4001);
  TestCheck check = good_check (f);
  expect (f, &check, &a, TRUE);
  check.nominate = FALSE;
  check.priority = LOW;
  expect (f, &check, &b, FALSE);
  assert_selected (f, &a);
  check.nominate = TRUE;
  expect (f, &check, &b, TRUE);
  assert_selected (f, &b);
}

static void
test_aggressive_nomination (Fixture *f, gconstpointer data)
{
  ParlorTuple low = test_tuple ("198.51.100.7", 4000), high = test_tuple ("198.51.100.8", 4001),
              last = test_tuple ("198.51.100.9", 4002);
  TestCheck check = good_check (f);
  check.priority = LOW;
  expect (f, &check, &low, TRUE);
  check.priority = HIGH;
  expect (f, &check, &high, TRUE);
  check.priority = LOW;
  expect (f, &check, &last, FALSE);
  assert_selected (f, &high);
  f->now_us += SEC;
  expect (f, &check, &last, TRUE);
}

static void
test_rebind (Fixture *f, gconstpointer data)
{
  ParlorTuple a = test_tuple ("198.51.100.7", 4000), b = test_tuple ("198.51.100.7", 61000);
  TestCheck check = good_check (f);
  expect (f, &check, &a, TRUE);
  f->now_us += 20000;
  expect (f, &check, &b, TRUE);
  assert_selected (f, &b);
}

/* An address is its session's while the peer was heard from there lately. */
static void
test_holds (Fixture *f, gconstpointer data)
{
  TestCheck check = good_check (f);
  ParlorTuple home = test_tuple ("198.51.100.7", 4000),
              elsewhere = test_tuple ("198.51.100.7", 61000);
  g_assert_false (parlor_ice_lite_holds (f->lite, &home, f->now_us));
  expect (f, &check, &home, TRUE);
  g_assert_true (parlor_ice_lite_holds (f->lite, &home, f->now_us + 6 * SEC));
  g_assert_false (parlor_ice_lite_holds (f->lite, &elsewhere, f->now_us));
  g_assert_false (parlor_ice_lite_holds (f->lite, &home, f->now_us + 7 * SEC));
  parlor_ice_lite_heard (f->lite, &home, f->now_us + 7 * SEC);
  g_assert_true (parlor_ice_lite_holds (f->lite, &home, f->now_us + 13 * SEC));
}

/* Who has moved on holds what he left no more, whatever still comes late by it; unless he checks
 * it again. */
static void
test_holds_no_more (Fixture *f, gconstpointer data)
{
  TestCheck check = good_check (f);
  ParlorTuple home = test_tuple ("198.51.100.7", 4000),
              elsewhere = test_tuple ("198.51.100.7", 61000);
  expect (f, &check, &home, TRUE);
  expect (f, &check, &elsewhere, TRUE);
  parlor_ice_lite_heard (f->lite, &home, f->now_us);
  g_assert_false (parlor_ice_lite_holds (f->lite, &home, f->now_us));
  g_assert_true (parlor_ice_lite_holds (f->lite, &elsewhere, f->now_us));
  expect (f, &check, &home, TRUE);
  g_assert_true (parlor_ice_lite_holds (f->lite, &home, f->now_us));
  g_assert_false (parlor_ice_lite_holds (f->lite, &elsewhere, f->now_us));
}

/* A rebinding of a peer that does not nominate again. */
static void
test_silent_rebind (Fixture *f, gconstpointer data)
{
  ParlorTuple a = test_tuple ("198.51.100.7", 4000), b = test_tuple ("198.51.100.7", 61000);
  TestCheck nominating = good_check (f), plain = good_check (f);
  plain.nominate = FALSE;
  expect (f, &nominating, &a, TRUE);
  f->now_us += 2 * SEC;
  parlor_ice_lite_heard (f->lite, &a, f->now_us); /* media alone is a sign of life */
  f->now_us += 3 * SEC - 1;
  expect (f, &plain, &b, FALSE);
  assert_selected (f, &a);
  f->now_us += 1;
  expect (f, &plain, &b, TRUE);
  assert_selected (f, &b);
  g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_CONNECTED);
  g_assert_cmpint (parlor_ice_lite_next_us (f->lite), ==, f->now_us + PARLOR_ICE_CONSENT_US);
  f->now_us += 1;
  expect (f, &plain, &a, FALSE); /* and not back at once */
  assert_selected (f, &b);
}

/* What was under way before a restart takes nothing back, however long the new pair is silent; a
 * plain check of the newer credentials is taken. */
static void
test_silent_rebind_of_restart (Fixture *f, gconstpointer data)
{
  ParlorTuple a = test_tuple ("198.51.100.7", 4000), b = test_tuple ("198.51.100.8", 4001),
              c = test_tuple ("198.51.100.9", 4002);
  TestCheck old = good_check (f), new = good_check (f);
  expect (f, &old, &a, TRUE);
  parlor_ice_lite_restart (f->lite, &f->next, PEER_UFRAG);
  new.local_ufrag = f->next.ufrag;
  new.pwd = f->next.pwd;
  expect (f, &new, &b, TRUE);
  f->now_us += 4 * SEC;
  old.nominate = new.nominate = FALSE;
  expect (f, &old, &a, FALSE);
  assert_selected (f, &b);
  expect (f, &new, &c, TRUE);
  assert_selected (f, &c);
}

/* A NAT gave a new port and the page restarted ICE: libwebrtc's first checks of the new pair do not
 * nominate. The old way back stays open until the peer nominates. */
static void
test_restart_of_a_dead_path (Fixture *f, gconstpointer data)
{
  ParlorTuple a = test_tuple ("198.51.100.7", 4000), b = test_tuple ("198.51.100.7", 61000),
              c = test_tuple ("198.51.100.7", 61001);
  TestCheck old = good_check (f), new = good_check (f);
  expect (f, &old, &a, TRUE);
  parlor_ice_lite_restart (f->lite, &f->next, PEER_UFRAG);
  new.local_ufrag = f->next.ufrag;
  new.pwd = f->next.pwd;
  new.nominate = FALSE;
  f->now_us += SEC / 2 - 1;
  expect (f, &new, &b, FALSE); /* the old path may be alive */
  f->now_us += 1;
  expect (f, &new, &b, TRUE);
  assert_selected (f, &b);
  f->now_us += SEC;
  expect (f, &new, &c, FALSE); /* of the same restart: no going to and fro */
  expect (f, &old, &a, TRUE);
  new.nominate = TRUE;
  expect (f, &new, &b, TRUE);
  expect (f, &old, &a, FALSE);
  assert_selected (f, &b);
}

static void
test_consent (Fixture *f, gconstpointer data)
{
  ParlorTuple a = test_tuple ("198.51.100.7", 4000);
  TestCheck check = good_check (f);
  expect (f, &check, &a, TRUE);
  gint64 end_us = f->now_us + PARLOR_ICE_CONSENT_US;
  g_assert_cmpint (parlor_ice_lite_next_us (f->lite), ==, end_us);
  f->now_us = end_us - 1;
  parlor_ice_lite_handle_timeout (f->lite, f->now_us);
  g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_CONNECTED);
  g_assert_cmpint (parlor_ice_lite_next_us (f->lite), ==, end_us);
  f->now_us = end_us;
  parlor_ice_lite_handle_timeout (f->lite, f->now_us);
  g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_EXPIRED);
  g_assert_null (parlor_ice_lite_selected (f->lite, f->now_us));
  g_assert_cmpint (parlor_ice_lite_next_us (f->lite), ==, G_MAXINT64);
  expect (f, &check, &a, FALSE);
  g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_CONNECTED);
  g_assert_cmpint (parlor_ice_lite_next_us (f->lite), ==, f->now_us + PARLOR_ICE_CONSENT_US);
}

/* A peer that sends media and no second check; then nothing at all. */
static void
test_media_keeps_consent (Fixture *f, gconstpointer data)
{
  ParlorTuple a = test_tuple ("198.51.100.7", 4000), stranger = test_tuple ("198.51.100.8", 4000);
  TestCheck check = good_check (f);
  expect (f, &check, &a, TRUE);
  for (guint i = 0; i < 100; i++)
    {
      f->now_us += PARLOR_ICE_CONSENT_US / 2;
      parlor_ice_lite_heard (f->lite, &stranger, f->now_us);
      parlor_ice_lite_heard (f->lite, &a, f->now_us);
      parlor_ice_lite_handle_timeout (f->lite, f->now_us);
      g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_CONNECTED);
    }
  g_assert_false (parlor_ice_lite_is_validated (f->lite, &stranger));
  f->now_us += PARLOR_ICE_CONSENT_US;
  g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_EXPIRED);
  /* What has expired needs a check. */
  parlor_ice_lite_heard (f->lite, &a, f->now_us);
  g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_EXPIRED);
}

/* Ten minutes of checks at libwebrtc's interval on a stable pair; 12 in a row would have to be
 * lost. */
static void
test_consent_under_loss (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  ParlorTuple a = test_tuple ("198.51.100.7", 4000);
  TestCheck check = good_check (f);
  guint8 bytes[TEST_CHECK_MAX];
  gsize length = test_check_make (&check, bytes);
  expect (f, &check, &a, TRUE);
  for (guint i = 0; i < 240; i++)
    {
      f->now_us += 2500000;
      g_assert_cmpint (parlor_ice_lite_state (f->lite, f->now_us), ==, PARLOR_ICE_CONNECTED);
      if (g_rand_double (rand) >= 0.2)
        parlor_ice_lite_handle (f->lite, f->agent, bytes, length, &a, f->now_us, f->reply,
                                &f->result);
    }
}

static void
test_restart (Fixture *f, gconstpointer data)
{
  ParlorTuple a = test_tuple ("198.51.100.7", 4000), b = test_tuple ("198.51.100.8", 4001);
  char retired[PARLOR_ICE_UFRAG_LENGTH + 1];
  TestCheck old = good_check (f), new = good_check (f);
  expect (f, &old, &a, TRUE);
  parlor_ice_lite_restart (f->lite, &f->next, "peer2");
  g_assert_false (parlor_ice_lite_pop_retired (f->lite, retired));
  new.local_ufrag = f->next.ufrag;
  new.pwd = f->next.pwd;
  new.remote_ufrag = "peer2";
  new.priority = LOW;
  new.nominate = FALSE;
  expect (f, &new, &b, FALSE);
  assert_selected (f, &a);
  expect (f, &old, &a, FALSE);
  new.nominate = TRUE;
  expect (f, &new, &b, TRUE);
  assert_selected (f, &b);
  /* An old check that was under way is answered, but takes nothing back. */
  expect (f, &old, &a, FALSE);
  assert_selected (f, &b);
  g_assert_cmpint (parlor_ice_lite_next_us (f->lite), ==, f->now_us + PARLOR_ICE_RETIRE_US);
  f->now_us += PARLOR_ICE_RETIRE_US;
  parlor_ice_lite_handle_timeout (f->lite, f->now_us);
  g_assert_true (parlor_ice_lite_pop_retired (f->lite, retired));
  g_assert_cmpstr (retired, ==, f->local.ufrag);
  g_assert_false (parlor_ice_lite_pop_retired (f->lite, retired));
  g_assert_cmpint (give (f, &old, &a), ==, PARLOR_ICE_UNKNOWN_UFRAG);
}

static void
test_double_restart (Fixture *f, gconstpointer data)
{
  ParlorTuple a = test_tuple ("198.51.100.7", 4000);
  char retired[PARLOR_ICE_UFRAG_LENGTH + 1];
  ParlorIceCredentials third;
  guint8 random[PARLOR_ICE_RANDOM_BYTES] = {200};
  TestCheck old = good_check (f);
  parlor_ice_credentials_make (5, random, &third);
  expect (f, &old, &a, TRUE);
  parlor_ice_lite_restart (f->lite, &f->next, PEER_UFRAG);
  parlor_ice_lite_restart (f->lite, &third, PEER_UFRAG);
  g_assert_true (parlor_ice_lite_pop_retired (f->lite, retired));
  g_assert_cmpstr (retired, ==, f->next.ufrag);
  expect (f, &old, &a, FALSE);
  old.local_ufrag = third.ufrag;
  old.pwd = third.pwd;
  expect (f, &old, &a, FALSE);
  g_assert_cmpint (parlor_ice_lite_next_us (f->lite), ==, f->now_us + PARLOR_ICE_RETIRE_US);
}

static void
test_longest_ufrag (Fixture *f, gconstpointer data)
{
  char longest[PARLOR_ICE_REMOTE_MAX + 1];
  ParlorTuple from = test_tuple ("2001:db8::7", 4000);
  TestCheck check = good_check (f);
  memset (longest, 'x', sizeof longest - 1);
  longest[sizeof longest - 1] = 0;
  g_autoptr (ParlorIceLite) other = parlor_ice_lite_new (&f->local, longest);
  check.remote_ufrag = longest;
  guint8 bytes[TEST_CHECK_MAX];
  gsize length = test_check_make (&check, bytes);
  g_assert_cmpint (parlor_ice_lite_handle (other, f->agent, bytes, length, &from, f->now_us,
                                           f->reply, &f->result),
                   ==, PARLOR_ICE_OK);
  g_assert_cmpuint (f->result.reply_length, >, 0);
}

static void
test_eviction (Fixture *f, gconstpointer data)
{
  ParlorTuple first = test_tuple ("198.51.100.7", 4000), tuples[PARLOR_ICE_MAX_TUPLES];
  TestCheck check = good_check (f);
  guint evicted = 0;
  expect (f, &check, &first, TRUE);
  check.nominate = FALSE;
  for (guint i = 0; i < 100; i++)
    {
      ParlorTuple from = test_tuple ("203.0.113.1", (guint16)(5000 + i));
      f->now_us += 1000;
      expect (f, &check, &from, FALSE);
      evicted += (guint)f->result.tuple_evicted;
      if (f->result.tuple_evicted)
        g_assert_false (parlor_ice_lite_is_validated (f->lite, &f->result.evicted));
    }
  g_assert_cmpuint (evicted, ==, 101 - PARLOR_ICE_MAX_TUPLES);
  g_assert_cmpuint (parlor_ice_lite_tuples (f->lite, tuples), ==, PARLOR_ICE_MAX_TUPLES);
  assert_selected (f, &first);
}

#define ADD(name, func) g_test_add ("/ice/lite/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("first-check-validates-and-nomination-selects", test_first_check);
  ADD ("our-client-connects-over-both-families", test_client_against_lite);
  ADD ("strangers-get-no-byte", test_strangers);
  ADD ("every-flipped-bit-is-silence", test_every_flipped_bit);
  ADD ("authentic-mistakes-get-their-error-code", test_errors);
  ADD ("other-classes-and-methods-are-ignored", test_not_a_request);
  ADD ("regular-nomination-moves-to-a-lower-priority", test_regular_nomination);
  ADD ("aggressive-nomination-keeps-the-highest-priority", test_aggressive_nomination);
  ADD ("nat-rebind-moves-at-its-first-check", test_rebind);
  ADD ("nat-rebind-without-nomination-moves-after-3-s-of-silence", test_silent_rebind);
  ADD ("nat-rebind-without-nomination-is-not-for-old-credentials", test_silent_rebind_of_restart);
  ADD ("a-reply-is-never-larger-than-its-check", test_reply_is_small);
  ADD ("an-address-is-held-by-who-was-heard-from-it", test_holds);
  ADD ("an-address-that-was-left-is-held-no-more", test_holds_no_more);
  ADD ("consent-ends-after-30-s-and-comes-back", test_consent);
  ADD ("consent-survives-20-percent-loss", test_consent_under_loss);
  ADD ("media-keeps-consent", test_media_keeps_consent);
  ADD ("restart-of-a-dead-path-needs-no-nomination", test_restart_of_a_dead_path);
  ADD ("restart-makes-before-it-breaks", test_restart);
  ADD ("restart-within-a-restart-keeps-the-pair-that-works", test_double_restart);
  ADD ("the-longest-ufrag-is-answered", test_longest_ufrag);
  ADD ("tuples-are-bounded-and-the-selected-stays", test_eviction);
  return g_test_run ();
}
