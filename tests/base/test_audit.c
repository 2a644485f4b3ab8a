/* SPDX-License-Identifier: Apache-2.0 */
#include "base/audit.h"

#include <string.h>

/* Keeps what is put, in order. */
typedef struct
{
  ParlorRecordSink sink;
  GPtrArray *rows; /* of ParlorAuditRow, owned */
  ParlorAuditHead head;
  guint depth;
  ParlorAudit *audit;
} Fixture;

static void
on_begin (ParlorRecordSink *sink)
{
  ((Fixture *)sink)->depth++;
}

static void
on_end (ParlorRecordSink *sink)
{
  ((Fixture *)sink)->depth--;
}

static void
on_put (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer record)
{
  Fixture *f = (Fixture *)sink;
  g_assert_cmpuint (f->depth, >, 0); /* row and head together */
  if (kind == &parlor_audit_head_kind)
    {
      parlor_record_clear (kind, &f->head);
      parlor_record_copy (kind, &f->head, record);
      return;
    }
  g_assert_true (kind == &parlor_audit_kind);
  ParlorAuditRow *row = g_new (ParlorAuditRow, 1);
  parlor_record_copy (kind, row, record);
  g_ptr_array_add (f->rows, row);
}

static void
row_free (gpointer row)
{
  parlor_record_clear (&parlor_audit_kind, row);
  g_free (row);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->sink = (ParlorRecordSink){.begin = on_begin, .end = on_end, .put = on_put};
  f->rows = g_ptr_array_new_with_free_func (row_free);
  f->audit = parlor_audit_new (&f->sink);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_audit_free (f->audit);
  parlor_record_clear (&parlor_audit_head_kind, &f->head);
  g_ptr_array_unref (f->rows);
}

static ParlorAuditRow *
row_at (Fixture *f, guint i)
{
  return f->rows->pdata[i];
}

static void
add_three (Fixture *f)
{
  parlor_audit_add (f->audit, 1000, "br_a", "usr_1", "recording.viewed", "rec_1", NULL);
  parlor_audit_add (f->audit, 2000, "br_a", NULL, "recording.deleted", "rec_1", "retention");
  parlor_audit_add (f->audit, 3000, "br_a", "key_1", "key.revoked", "key_2", "");
}

static ParlorAuditFault
verify (Fixture *f, gint64 *seq)
{
  char hash[PARLOR_AUDIT_HASH_TEXT] = "";
  *seq = 0;
  return parlor_audit_verify ((const gconstpointer *)f->rows->pdata, f->rows->len, seq, hash);
}

static void
test_chain (Fixture *f, gconstpointer data)
{
  gint64 seq, head_seq;
  const char *head;
  parlor_audit_head (f->audit, "br_a", &head_seq, &head);
  g_assert_cmpint (head_seq, ==, 0);
  g_assert_cmpstr (head, ==, "");
  add_three (f);
  g_assert_cmpint (verify (f, &seq), ==, PARLOR_AUDIT_WHOLE);
  g_assert_cmpint (seq, ==, 3);
  parlor_audit_head (f->audit, "br_a", &head_seq, &head);
  g_assert_cmpint (head_seq, ==, 3);
  g_assert_cmpstr (head, ==, row_at (f, 2)->hash);
  g_assert_cmpstr (row_at (f, 1)->actor, ==, "");
  g_assert_cmpstr (row_at (f, 0)->prev_hash, ==, "");
}

/* What SHA-256 says of these fields, reckoned by another program: the form is for ever. */
static void
test_form (Fixture *f, gconstpointer data)
{
  add_three (f);
  g_autofree char *sum = g_compute_checksum_for_string (
      G_CHECKSUM_SHA256, "0:4:br_a6:1 10005:usr_116:recording.viewed5:rec_10:", -1);
  g_assert_cmpstr (row_at (f, 0)->hash, ==, sum);
}

static void
test_changes (Fixture *f, gconstpointer data)
{
  add_three (f);
  for (guint i = 2; i < parlor_audit_kind.n_fields; i++)
    {
      const ParlorField *field = &parlor_audit_kind.fields[i];
      ParlorAuditRow *row = row_at (f, 1), kept = *row;
      gint64 seq;
      if (field->type == PARLOR_FIELD_TEXT)
        G_STRUCT_MEMBER (const char *, row, field->offset) = "x";
      else
        G_STRUCT_MEMBER (gint64, row, field->offset) += 1;
      g_assert_cmpint (verify (f, &seq), !=, PARLOR_AUDIT_WHOLE);
      g_assert_cmpint (seq, ==, 1);
      *row = kept;
      g_assert_cmpint (verify (f, &seq), ==, PARLOR_AUDIT_WHOLE);
    }
}

/* "ab" + "c" and "a" + "bc" are not the same. */
static void
test_moved_letters (Fixture *f, gconstpointer data)
{
  gint64 seq;
  parlor_audit_add (f->audit, 1, "br_a", "usr_1", "ab", "c", "");
  ParlorAuditRow *row = row_at (f, 0), kept = *row;
  row->action = (char *)"a";
  row->object = (char *)"bc";
  g_assert_cmpint (verify (f, &seq), ==, PARLOR_AUDIT_CHANGED);
  *row = kept;
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  gint64 seq;
  add_three (f);
  g_ptr_array_remove_index (f->rows, 1);
  g_assert_cmpint (verify (f, &seq), ==, PARLOR_AUDIT_GAP);
  g_ptr_array_remove_index (f->rows, 1); /* now only the end is cut off */
  g_assert_cmpint (verify (f, &seq), ==, PARLOR_AUDIT_WHOLE);
  g_assert_cmpint (seq, <, f->head.seq);
}

/* Somebody who replaces a row and hashes it anew is found at the next one. */
static void
test_replaced (Fixture *f, gconstpointer data)
{
  gint64 seq;
  add_three (f);
  Fixture other = {0};
  set_up (&other, NULL);
  parlor_audit_add (other.audit, 1000, "br_a", "usr_9", "recording.viewed", "rec_1", NULL);
  gpointer first = f->rows->pdata[0];
  f->rows->pdata[0] = other.rows->pdata[0];
  g_assert_cmpint (verify (f, &seq), ==, PARLOR_AUDIT_BROKEN);
  g_assert_cmpint (seq, ==, 1);
  f->rows->pdata[0] = first;
  tear_down (&other, NULL);
}

static void
test_resume (Fixture *f, gconstpointer data)
{
  gint64 seq;
  add_three (f);
  parlor_audit_free (f->audit);
  f->audit = parlor_audit_new (&f->sink);
  parlor_audit_resume (&f->head, f->audit);
  parlor_audit_add (f->audit, 4000, "br_a", "usr_1", "brand.changed", NULL, NULL);
  g_assert_cmpint (verify (f, &seq), ==, PARLOR_AUDIT_WHOLE);
  g_assert_cmpint (seq, ==, 4);
}

static void
test_brands (Fixture *f, gconstpointer data)
{
  add_three (f);
  parlor_audit_add (f->audit, 4000, "br_b", "usr_1", "brand.made", NULL, NULL);
  g_assert_cmpint (row_at (f, 3)->seq, ==, 1);
  g_assert_cmpstr (row_at (f, 3)->prev_hash, ==, "");
}

static void
test_long_texts (Fixture *f, gconstpointer data)
{
  g_autofree char *detail = g_strnfill (1000, 'd');
  memcpy (detail + 255, "\xe4\xbc\x9a", 3); /* a character across the bound */
  gint64 seq;
  parlor_audit_add (f->audit, 1, "br_a", "usr_\xff", "a", "o", detail);
  g_assert_cmpuint (strlen (row_at (f, 0)->detail), ==, 255);
  g_assert_true (g_utf8_validate (row_at (f, 0)->actor, -1, NULL));
  g_assert_cmpint (verify (f, &seq), ==, PARLOR_AUDIT_WHOLE);
}

#define ADD(name, test) g_test_add ("/base/audit/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("each-row-follows-from-the-one-before", test_chain);
  ADD ("the-form-that-is-hashed-is-fixed", test_form);
  ADD ("any-changed-field-is-found", test_changes);
  ADD ("letters-cannot-move-from-field-to-field", test_moved_letters);
  ADD ("a-missing-row-is-found", test_missing);
  ADD ("a-replaced-row-is-found-at-the-next", test_replaced);
  ADD ("a-restart-goes-on-with-the-chain", test_resume);
  ADD ("every-brand-has-its-own", test_brands);
  ADD ("long-or-broken-texts-are-cut-and-still-verify", test_long_texts);
  return g_test_run ();
}
