/* SPDX-License-Identifier: Apache-2.0 */
/* Records of base/record.h: one suite, the same answers from every backend. */
#include <string.h>

#include "harness.h"
#include "base/error.h"

typedef struct
{
  char *shelf;
  gint64 number;
  char *name; /* may be NULL */
  double weight;
  gboolean sold;
  GBytes *image; /* may be NULL */
} Thing;

static const ParlorField thing_fields[] = {
    PARLOR_TEXT (Thing, shelf),  PARLOR_INT (Thing, number), PARLOR_TEXT (Thing, name),
    PARLOR_REAL (Thing, weight), PARLOR_FLAG (Thing, sold),  PARLOR_BYTES (Thing, image),
};

static const ParlorRecordKind thing_kind = {
    .table = "things",
    .fields = thing_fields,
    .n_fields = G_N_ELEMENTS (thing_fields),
    .n_key = 2,
    .size = sizeof (Thing),
};

typedef struct
{
  char *id;
  char *order; /* a name that SQL knows as a word */
} Note;

static const ParlorField note_fields[] = {PARLOR_TEXT (Note, id), PARLOR_TEXT (Note, order)};

static const ParlorRecordKind note_kind = {
    .table = "notes",
    .fields = note_fields,
    .n_fields = G_N_ELEMENTS (note_fields),
    .n_key = 1,
    .size = sizeof (Note),
    .append_only = TRUE,
};

static const ParlorRecordKind homeless_kind = {
    .table = "no_such_table",
    .fields = note_fields,
    .n_fields = G_N_ELEMENTS (note_fields),
    .n_key = 1,
    .size = sizeof (Note),
};

static void
make_tables (Fixture *f)
{
  if (f->backend->run != NULL)
    f->backend->run (f->folder,
                     "CREATE TABLE things (shelf TEXT NOT NULL, number BIGINT NOT NULL, name TEXT,"
                     " weight DOUBLE PRECISION NOT NULL, sold BIGINT NOT NULL, image BYTEA,"
                     " PRIMARY KEY (shelf, number), CHECK (weight >= 0));"
                     "CREATE TABLE notes (id TEXT NOT NULL PRIMARY KEY, \"order\" TEXT NOT NULL);");
}

static ParlorRecordSink *
sink_of (Fixture *f)
{
  return parlor_store_records (f->store);
}

static void
put_thing (Fixture *f, const char *shelf, gint64 number, const char *name)
{
  Thing thing = {(char *)shelf, number, (char *)name, 0.5, number % 2 == 0, NULL};
  sink_of (f)->put (sink_of (f), &thing_kind, &thing);
}

static void
show_thing (gconstpointer record, gpointer user_data)
{
  const Thing *t = record;
  g_string_append_printf (((Fixture *)user_data)->found,
                          "%s %" G_GINT64_FORMAT " %s %g %d %" G_GSIZE_FORMAT "\n", t->shelf,
                          t->number, t->name != NULL ? t->name : "(null)", t->weight, t->sold,
                          t->image != NULL ? g_bytes_get_size (t->image) : 999);
}

static void
show_note (gconstpointer record, gpointer user_data)
{
  const Note *n = record;
  g_string_append_printf (((Fixture *)user_data)->found, "%s %s\n", n->id, n->order);
}

static const char *
loaded (Fixture *f, const ParlorRecordKind *kind, ParlorRecordVisit visit)
{
  g_autoptr (GError) error = NULL;
  harness_reopen (f);
  g_string_truncate (f->found, 0);
  g_assert_true (parlor_store_load_records (f->store, kind, visit, f, &error));
  g_assert_no_error (error);
  return f->found->str;
}

/* Waits for one answer. */
typedef struct
{
  Fixture *f;
  guint answers;
  GError *error;
} Asked;

static void
on_found (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Asked *asked = user_data;
  asked->answers++;
  asked->error = error != NULL ? g_error_copy (error) : NULL;
  for (guint i = 0; i < n_rows; i++)
    {
      const Thing *thing = rows[i];
      g_string_append_printf (asked->f->found, "%s%" G_GINT64_FORMAT " ", thing->shelf,
                              thing->number);
    }
}

static GError *
ask (Fixture *f, const ParlorFind *find)
{
  Asked asked = {f, 0, NULL};
  g_string_truncate (f->found, 0);
  sink_of (f)->find (sink_of (f), find, on_found, &asked);
  g_assert_cmpuint (asked.answers, ==, 0); /* never inside the call */
  while (asked.answers == 0)
    harness_step (f);
  g_assert_cmpuint (asked.answers, ==, 1);
  return asked.error;
}

#define FIND(f, ...) answer_of (f, &(ParlorFind){.kind = &thing_kind, .limit = 100, __VA_ARGS__})

static const char *
answer_of (Fixture *f, const ParlorFind *find)
{
  g_autoptr (GError) error = ask (f, find);
  g_assert_no_error (error);
  return f->found->str;
}

static const char *
find_name (Fixture *f, ParlorFindOp op, const char *text)
{
  ParlorFindTerm term = {"name", op, text, 0};
  return FIND (f, .terms = &term, .n_terms = 1);
}

static const char *
find_number (Fixture *f, ParlorFindOp op, gint64 number)
{
  ParlorFindTerm term = {"number", op, NULL, number};
  return FIND (f, .terms = &term, .n_terms = 1);
}

static void
test_fields (Fixture *f, gconstpointer data)
{
  make_tables (f);
  g_autoptr (GBytes) image = g_bytes_new ("\0\xff\0x", 4);
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  ParlorRecordSink *sink = sink_of (f);
  sink->put (sink, &thing_kind, &(Thing){"b", G_MAXINT64, "会客厅 'x\" \\", 1.25e300, 7, image});
  sink->put (sink, &thing_kind, &(Thing){"b", G_MININT64, "", 0, FALSE, empty});
  sink->put (sink, &thing_kind, &(Thing){"a", 3, NULL, 0.1, FALSE, NULL});
  g_assert_cmpstr (loaded (f, &thing_kind, show_thing), ==,
                   "a 3 (null) 0.1 0 999\n"
                   "b -9223372036854775808  0 0 0\n"
                   "b 9223372036854775807 会客厅 'x\" \\ 1.25e+300 1 4\n");
}

static void
test_upsert (Fixture *f, gconstpointer data)
{
  make_tables (f);
  put_thing (f, "a", 1, "first");
  put_thing (f, "a", 2, "second");
  put_thing (f, "a", 1, "changed");
  g_assert_cmpstr (loaded (f, &thing_kind, show_thing), ==,
                   "a 1 changed 0.5 0 999\na 2 second 0.5 1 999\n");
}

static void
test_append_only (Fixture *f, gconstpointer data)
{
  make_tables (f);
  ParlorRecordSink *sink = sink_of (f);
  sink->put (sink, &note_kind, &(Note){"n1", "kept"});
  sink->put (sink, &note_kind, &(Note){"n1", "too late"});
  g_assert_cmpstr (loaded (f, &note_kind, show_note), ==, "n1 kept\n");
}

static void
test_remove (Fixture *f, gconstpointer data)
{
  make_tables (f);
  put_thing (f, "a", 1, "gone");
  put_thing (f, "a", 2, "stays");
  ParlorRecordSink *sink = sink_of (f);
  /* Only the key is read: the rest may point anywhere. */
  sink->remove (sink, &thing_kind, &(Thing){"a", 1, (char *)1, 0, 0, (GBytes *)1});
  sink->remove (sink, &thing_kind, &(Thing){"never", 1});
  g_assert_cmpstr (loaded (f, &thing_kind, show_thing), ==, "a 2 stays 0.5 1 999\n");
}

static void
test_order_with_rooms (Fixture *f, gconstpointer data)
{
  make_tables (f);
  ParlorRecordSink *sink = sink_of (f);
  sink->begin (sink);
  put_thing (f, "a", 1, "x");
  f->store->ops->put_room (f->store, &(ParlorRoomRecord){.id = "rm_a",
                                                         .brand = "br_a",
                                                         .code = "abcdefghjk",
                                                         .kind = "live",
                                                         .title = "",
                                                         .created_ms = 1});
  sink->begin (sink);
  put_thing (f, "a", 2, "y");
  sink->end (sink);
  sink->end (sink);
  harness_flush (f);
  ParlorStoreStats stats;
  f->store->ops->stats (f->store, &stats);
  g_assert_cmpuint (stats.committed, ==, 3);
  g_assert_true (stats.healthy);
  g_assert_cmpstr (FIND (f), ==, "a1 a2 ");
}

static void
test_find_in_group (Fixture *f, gconstpointer data)
{
  make_tables (f);
  ParlorRecordSink *sink = sink_of (f);
  Asked asked = {f, 0, NULL};
  sink->begin (sink);
  sink->find (sink, &(ParlorFind){.kind = &thing_kind, .limit = 9}, on_found, &asked);
  put_thing (f, "a", 1, "x");
  sink->end (sink);
  while (asked.answers == 0)
    harness_step (f);
  g_assert_no_error (asked.error);
  g_assert_cmpstr (f->found->str, ==, "a1 ");
}

static void
test_group_whole_or_not (Fixture *f, gconstpointer data)
{
  if (!f->backend->persistent)
    return; /* memory has no rules that a write could break */
  make_tables (f);
  ParlorRecordSink *sink = sink_of (f);
  put_thing (f, "before", 1, "x");
  sink->begin (sink);
  put_thing (f, "in", 1, "x");
  sink->put (sink, &thing_kind, &(Thing){"in", 2, "lighter than nothing", -1, FALSE, NULL});
  put_thing (f, "in", 3, "x");
  sink->end (sink);
  put_thing (f, "after", 1, "x");
  g_assert_false (harness_wait_flushed (f)); /* it does not claim what was refused */
  ParlorStoreStats stats;
  f->store->ops->stats (f->store, &stats);
  g_assert_cmpuint (stats.refused, ==, 3);
  g_assert_cmpuint (stats.committed, ==, 2);
  g_assert_cmpstr (FIND (f), ==, "after1 before1 ");
}

static void
test_comparisons (Fixture *f, gconstpointer data)
{
  make_tables (f);
  static const char *const names[] = {"Apple", "apple", "banana", NULL, "会", "Zebra"};
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    put_thing (f, "s", i + 1, names[i]);
  g_assert_cmpstr (find_number (f, PARLOR_FIND_EQUAL, 3), ==, "s3 ");
  g_assert_cmpstr (find_number (f, PARLOR_FIND_LESS, 3), ==, "s1 s2 ");
  g_assert_cmpstr (find_number (f, PARLOR_FIND_GREATER, 4), ==, "s5 s6 ");
  g_assert_cmpstr (find_number (f, PARLOR_FIND_AT_LEAST, 5), ==, "s5 s6 ");
  g_assert_cmpstr (find_name (f, PARLOR_FIND_EQUAL, "apple"), ==, "s2 ");
  g_assert_cmpstr (find_name (f, PARLOR_FIND_EQUAL, NULL), ==, "s4 ");
  g_assert_cmpstr (find_name (f, PARLOR_FIND_LESS, "a"), ==, "s1 s6 ");
  g_assert_cmpstr (find_name (f, PARLOR_FIND_GREATER, "apple"), ==, "s3 s5 ");
  g_assert_cmpstr (find_name (f, PARLOR_FIND_AT_LEAST, "apple"), ==, "s2 s3 s5 ");
  ParlorFindTerm both[] = {{"sold", PARLOR_FIND_EQUAL, NULL, 1}, {"shelf", PARLOR_FIND_EQUAL, "s"}};
  g_assert_cmpstr (FIND (f, .terms = both, .n_terms = 2), ==, "s2 s4 s6 ");
}

static void
test_order (Fixture *f, gconstpointer data)
{
  make_tables (f);
  put_thing (f, "b", 1, "y");
  put_thing (f, "a", 2, NULL);
  put_thing (f, "a", 1, "Y");
  put_thing (f, "c", 1, "y");
  g_assert_cmpstr (FIND (f), ==, "a1 a2 b1 c1 ");
  g_assert_cmpstr (FIND (f, .descending = TRUE), ==, "c1 b1 a2 a1 ");
  g_assert_cmpstr (FIND (f, .order_by = "name"), ==, "a2 a1 b1 c1 ");
  g_assert_cmpstr (FIND (f, .order_by = "name", .descending = TRUE), ==, "c1 b1 a1 a2 ");
  g_assert_cmpstr (FIND (f, .order_by = "number"), ==, "a1 b1 c1 a2 ");
  ParlorFind two = {.kind = &thing_kind, .limit = 2};
  g_assert_cmpstr (answer_of (f, &two), ==, "a1 a2 ");
}

static void
test_contains (Fixture *f, gconstpointer data)
{
  static const char *const names[] = {
      "车门的间隙是三毫米，比上一代小。", "Gap: 100%_ of it\\", "GAP", "ΟΔΟΣ Éclair", "gp", NULL};
  make_tables (f);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    put_thing (f, "s", i + 1, names[i]);
  static const struct
  {
    const char *needle, *answer;
  } cases[] = {
      {"间隙", "s1 "}, {"gap", "s2 s3 "},       {"GaP", "s2 s3 "}, {"%", "s2 "},
      {"0%_", "s2 "},  {"it\\", "s2 "},         {"g_p", ""},       {"[ga]", ""},
      {".", ""},       {"οδος", "s4 "},         {"éCLAIR", "s4 "}, {"eclair", ""},
      {"隙间", ""},    {"", "s1 s2 s3 s4 s5 "},
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (find_name (f, PARLOR_FIND_CONTAINS, cases[i].needle), ==, cases[i].answer);
}

static void
test_prefix (Fixture *f, gconstpointer data)
{
  static const char *const names[] = {"间隙大", "间隙", "间", "100%", "1000", "10_", "\U0010ffff"};
  make_tables (f);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    put_thing (f, "s", i + 1, names[i]);
  g_assert_cmpstr (find_name (f, PARLOR_FIND_PREFIX, "间隙"), ==, "s1 s2 ");
  g_assert_cmpstr (find_name (f, PARLOR_FIND_PREFIX, "100"), ==, "s4 s5 ");
  g_assert_cmpstr (find_name (f, PARLOR_FIND_PREFIX, "10_"), ==, "s6 ");
  g_assert_cmpstr (find_name (f, PARLOR_FIND_PREFIX, "\U0010ffff"), ==, "s7 ");
  g_assert_cmpstr (find_name (f, PARLOR_FIND_PREFIX, ""), ==, "s1 s2 s3 s4 s5 s6 s7 ");
}

static void
test_bad_questions (Fixture *f, gconstpointer data)
{
  make_tables (f);
  static const ParlorFindTerm terms[] = {
      {"nothing", PARLOR_FIND_EQUAL, "x", 0},
      {"weight", PARLOR_FIND_EQUAL, NULL, 1},
      {"number", PARLOR_FIND_CONTAINS, "x", 0},
      {"name", PARLOR_FIND_LESS, NULL, 0},
      {"name\" OR 1 = 1 --", PARLOR_FIND_EQUAL, "x", 0},
  };
  for (guint i = 0; i < G_N_ELEMENTS (terms); i++)
    {
      ParlorFind find = {.kind = &thing_kind, .terms = &terms[i], .n_terms = 1, .limit = 1};
      g_autoptr (GError) error = ask (f, &find);
      g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
    }
  ParlorFind none = {.kind = &thing_kind, .limit = 0};
  g_autoptr (GError) error = ask (f, &none);
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
}

static void
test_invalid_text (Fixture *f, gconstpointer data)
{
  make_tables (f);
  put_thing (f, "a", 1, "half \xe4\xbc a character");
  g_assert_cmpstr (loaded (f, &thing_kind, show_thing), ==,
                   "a 1 half \xef\xbf\xbd\xef\xbf\xbd a character 0.5 0 999\n");
}

static void
test_missing_table (Fixture *f, gconstpointer data)
{
  if (!f->backend->persistent)
    return; /* memory has a table for everything */
  make_tables (f);
  g_autoptr (GError) error = NULL;
  ParlorRecordSink *sink = sink_of (f);
  sink->put (sink, &homeless_kind, &(Note){"n1", "x"});
  put_thing (f, "a", 1, "kept");
  g_assert_false (harness_wait_flushed (f));
  g_assert_cmpstr (FIND (f), ==, "a1 ");
  g_assert_false (parlor_store_load_records (f->store, &homeless_kind, show_note, f, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  error = ask (f, &(ParlorFind){.kind = &homeless_kind, .limit = 1});
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE);
}

/* A question that is open when the store closes is answered once, with an error or with rows. */
static void
test_close_answers (Fixture *f, gconstpointer data)
{
  make_tables (f);
  Asked asked[50];
  ParlorRecordSink *sink = sink_of (f);
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      asked[i] = (Asked){f, 0, NULL};
      put_thing (f, "a", i, "x");
      sink->find (sink, &(ParlorFind){.kind = &thing_kind, .limit = 1}, on_found, &asked[i]);
    }
  f->store->ops->close (f->store, 5000);
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_assert_cmpuint (asked[i].answers, ==, 1);
      g_clear_error (&asked[i].error);
    }
  f->store = f->backend->open (f->folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  harness_add ("every-type-of-field-comes-back", test_fields);
  harness_add ("put-replaces-by-key", test_upsert);
  harness_add ("what-is-only-appended-is-never-changed", test_append_only);
  harness_add ("a-removed-record-does-not-come-back", test_remove);
  harness_add ("records-and-rooms-share-a-transaction", test_order_with_rooms);
  harness_add ("a-question-inside-a-group-comes-after-it", test_find_in_group);
  harness_add ("a-group-is-kept-whole-or-not-at-all", test_group_whole_or_not);
  harness_add ("comparisons-are-of-bytes-and-numbers", test_comparisons);
  harness_add ("answers-are-ordered-and-limited", test_order);
  harness_add ("two-characters-of-any-script-are-found-inside-text", test_contains);
  harness_add ("a-prefix-is-text-and-no-pattern", test_prefix);
  harness_add ("a-question-that-cannot-be-asked-says-so", test_bad_questions);
  harness_add ("text-that-is-no-utf-8-loses-no-row", test_invalid_text);
  harness_add ("a-kind-without-a-table-harms-no-other", test_missing_table);
  harness_add ("closing-answers-what-was-asked", test_close_answers);
  return harness_run ();
}
