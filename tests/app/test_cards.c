/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cards.h"

#include <glib/gstdio.h>
#include <string.h>

#define NOW G_GINT64_CONSTANT (1700000000000)
#define LATER (NOW + 1000000)

typedef struct
{
  char *folder;
  ParlorCards *cards;
  ParlorRep rep;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("parlor-cards-XXXXXX", NULL);
  f->cards = parlor_cards_new (f->folder, "br_a", NULL);
  g_assert_nonnull (f->cards);
  f->rep = (ParlorRep){.id = "rep_1", .ref = (char *)"lin", .name = (char *)"林梅"};
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "card-br_a.pem", NULL);
  parlor_cards_free (f->cards);
  g_unlink (path);
  g_rmdir (f->folder);
  g_free (f->folder);
}

static void
test_holds (Fixture *f, gconstpointer data)
{
  gint64 until = 0;
  g_autofree char *card = parlor_cards_sign (f->cards, &f->rep, NOW, LATER);
  g_assert_true (parlor_cards_check (f->cards, card, "lin", NOW, &until));
  g_assert_cmpint (until, ==, LATER);
  g_assert_false (parlor_cards_check (f->cards, card, "wang", NOW, &until));
  g_assert_false (parlor_cards_check (f->cards, card, "lin", LATER, &until));
}

static void
test_tampered (Fixture *f, gconstpointer data)
{
  gint64 until = 0;
  g_autofree char *card = parlor_cards_sign (f->cards, &f->rep, NOW, LATER);
  gsize length = strlen (card);
  for (gsize i = 0; i < length - 2; i++) /* the last characters hold unused bits */
    {
      char kept = card[i];
      card[i] = kept == 'A' ? 'B' : 'A';
      g_assert_false (parlor_cards_check (f->cards, card, "lin", NOW, &until));
      card[i] = kept;
    }
  static const char *const nonsense[] = {"", ".", "..", "a.b.c", "a.b.c.d", "e30.e30."};
  for (guint i = 0; i < G_N_ELEMENTS (nonsense); i++)
    g_assert_false (parlor_cards_check (f->cards, nonsense[i], "lin", NOW, &until));
}

static void
test_kept (Fixture *f, gconstpointer data)
{
  gint64 until = 0;
  g_autofree char *card = parlor_cards_sign (f->cards, &f->rep, NOW, LATER);
  g_autoptr (ParlorCards) again = parlor_cards_new (f->folder, "br_a", NULL);
  g_assert_true (parlor_cards_check (again, card, "lin", NOW, &until));
  json_t *a = parlor_cards_jwk (f->cards), *b = parlor_cards_jwk (again);
  g_assert_true (json_equal (a, b));
  g_assert_null (json_object_get (a, "d"));
  json_decref (a);
  json_decref (b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/app/cards/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("a-card-holds-for-its-rep-until-it-ends", test_holds);
  ADD ("a-changed-card-does-not-hold", test_tampered);
  ADD ("the-key-is-kept-and-its-secret-part-is-not-told", test_kept);
  return g_test_run ();
}
