/* SPDX-License-Identifier: Apache-2.0 */
#include "record/redact.h"

#include "base/bytes.h"
#include "record/journal.h"
#include "record/safe.h"

#include <glib/gstdio.h>
#include <string.h>

static const char manifest_text[] =
    "{\"version\":1,\"recording\":\"rec_1\","
    "\"participants\":[{\"id\":\"pt_1\",\"name\":\"Lin\",\"identity\":\"lin@shop\"},"
    "{\"id\":\"pt_2\",\"name\":\"Mara\",\"identity\":\"mara@shop\"},"
    "{\"id\":\"pt_3\",\"name\":\"Lin 2\",\"identity\":\"lin@shop\"}],"
    "\"files\":[{\"n\":1,\"path\":\"0001-screen.webm\",\"participant\":\"pt_1\",\"bytes\":10},"
    "{\"n\":2,\"path\":\"0002-microphone.webm\",\"participant\":\"pt_2\",\"bytes\":5},"
    "{\"n\":3,\"path\":\"../0003.webm\",\"participant\":\"pt_3\",\"bytes\":7}],"
    "\"gaps\":[{\"participant\":\"pt_1\"},{\"participant\":\"pt_2\"}],"
    "\"troubles\":[{\"track\":\"pt_1/camera\"},{\"track\":\"pt_2/camera\"}],"
    "\"speakers\":[[0,\"pt_1\"],[5,\"pt_2\"],[9,null]],"
    "\"markers\":[{\"id\":\"mk_1\",\"version\":1,\"kind\":\"conclusion\",\"text\":\"0.35\","
    "\"author\":\"lin@shop\",\"owner\":\"Mara\"},{\"id\":\"mk_2\",\"version\":1,"
    "\"kind\":\"assignment\",\"text\":\"send it\",\"author\":\"mara@shop\",\"owner\":\"Lin\"}],"
    "\"stills\":[{\"marker\":\"mk_2\",\"path\":\"still-0001.png\",\"n\":1},"
    "{\"marker\":\"mk_1\",\"path\":\"still-0002.png\",\"n\":2}],"
    "\"chat\":[{\"participant\":\"pt_1\",\"name\":\"Lin\",\"text\":\"hello\"},"
    "{\"participant\":\"pt_2\",\"name\":\"Mara\",\"text\":\"hi\"}],"
    "\"consents\":[{\"participant\":\"pt_1\",\"word\":\"given\",\"version\":1}]}";

static const char *const journal_lines[] = {
    "{\"t\":\"begin\",\"recording\":\"rec_1\"}",
    "{\"t\":\"participant\",\"id\":\"pt_1\",\"name\":\"Lin\",\"identity\":\"lin@shop\"}",
    "{\"t\":\"file\",\"n\":1,\"participant\":\"pt_1\",\"path\":\"0001-screen.webm\"}",
    "{\"t\":\"clock\",\"n\":1,\"file_ms\":0}",
    "{\"t\":\"file\",\"n\":2,\"participant\":\"pt_2\",\"path\":\"0002-microphone.webm\"}",
    "{\"t\":\"chat\",\"participant\":\"pt_1\",\"name\":\"Lin\",\"text\":\"hello\"}",
    "{\"t\":\"speaker\",\"participant\":\"pt_1\",\"room_ms\":0}",
    "{\"t\":\"marker\",\"id\":\"mk_1\",\"text\":\"0.35\",\"participant\":\"lin@shop\"}",
    "{\"t\":\"marker\",\"id\":\"mk_2\",\"text\":\"send it\",\"name\":\"Lin\"}",
    "{\"t\":\"consent\",\"participant\":\"pt_1\",\"word\":\"given\",\"version\":1}",
    "{\"t\":\"end\",\"n\":1,\"sha256\":\"aa\"}",
};

static gsize
size_of (const json_t *manifest, const char *list)
{
  return json_array_size (json_object_get (manifest, list));
}

static const char *
text_at (const json_t *manifest, const char *list, guint i, const char *name)
{
  return json_string_value (
      json_object_get (json_array_get (json_object_get (manifest, list), i), name));
}

/* By his identity, and by one of the participants that he was. */
static void
test_manifest (gconstpointer data)
{
  const ParlorRedactWho *who = data;
  json_t *manifest = json_loads (manifest_text, 0, NULL);
  g_autoptr (ParlorRedaction) found = parlor_redaction_new (manifest, who);
  g_assert_cmpuint (found->files, ==, 2);
  g_assert_cmpuint (found->stills, ==, 1);
  g_assert_cmpuint (found->chat, ==, 1);
  g_assert_cmpuint (found->markers, ==, 1);
  g_assert_cmpint (found->bytes, ==, 17);
  g_assert_cmpuint (found->paths->len, ==, 2); /* what leads out of the folder is left alone */
  json_t *left = parlor_redaction_manifest (found, manifest, "era_1", 7, "ff");
  g_autofree char *text = json_dumps (left, 0);
  g_assert_null (strstr (text, "Lin"));
  g_assert_null (strstr (text, "lin@shop"));
  g_assert_null (strstr (text, "hello"));
  g_assert_null (strstr (text, "0.35"));
  g_assert_cmpuint (size_of (left, "participants"), ==, 1);
  g_assert_cmpuint (size_of (left, "files"), ==, 1);
  g_assert_cmpuint (size_of (left, "gaps"), ==, 1);
  g_assert_cmpuint (size_of (left, "troubles"), ==, 1);
  g_assert_cmpuint (size_of (left, "stills"), ==, 1);
  g_assert_cmpuint (size_of (left, "chat"), ==, 1);
  g_assert_cmpuint (size_of (left, "consents"), ==, 1);
  g_assert_cmpuint (size_of (left, "speakers"), ==, 3);
  g_assert_cmpuint (size_of (left, "markers"), ==, 2);
  g_assert_cmpstr (text_at (left, "markers", 1, "text"), ==, "send it");
  g_assert_null (text_at (left, "markers", 1, "owner"));
  g_assert_cmpint (json_integer_value (json_object_get (left, "revision")), ==, 2);
  g_assert_cmpstr (text_at (left, "erasures", 0, "before"), ==, "ff");
  json_t *again = parlor_redaction_manifest (found, left, "era_2", 8, "ee");
  g_assert_cmpint (json_integer_value (json_object_get (again, "revision")), ==, 3);
  json_decref (again);
  json_decref (left);
  json_decref (manifest);
}

static void
test_nobody (void)
{
  json_t *manifest = json_loads (manifest_text, 0, NULL);
  const ParlorRedactWho stranger = {.identity = "ghost"}, nameless = {.identity = ""};
  g_autoptr (ParlorRedaction) a = parlor_redaction_new (manifest, &stranger);
  g_autoptr (ParlorRedaction) b = parlor_redaction_new (manifest, &nameless);
  g_assert_true (parlor_redaction_is_empty (a));
  g_assert_true (parlor_redaction_is_empty (b));
  json_decref (manifest);
}

static void
test_cues (void)
{
  json_t *manifest = json_loads (manifest_text, 0, NULL);
  json_t *cues = json_loads ("[{\"speaker\":\"Lin\",\"text\":\"a\"},{\"speaker\":\"Mara\","
                             "\"text\":\"b\"},{\"text\":\"c\"}]",
                             0, NULL);
  const ParlorRedactWho who = {.identity = "lin@shop"};
  g_autoptr (ParlorRedaction) found = parlor_redaction_new (manifest, &who);
  g_assert_cmpuint (parlor_redaction_cues (found, cues), ==, 1);
  g_assert_cmpuint (json_array_size (cues), ==, 2);
  json_decref (cues);
  json_decref (manifest);
}

/* ---- in a folder ---------------------------------------------------------------------------- */

typedef struct
{
  char *folder, *top;
  const guint8 *key;
  ParlorSealer *sealer;
} Fixture;

static const guint8 vault_key[PARLOR_VAULT_KEY] = {1, 2, 3};

static char *
path_of (const Fixture *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

static void
store (const Fixture *f, const char *name, const char *text, gsize length)
{
  g_autofree char *path = path_of (f, name);
  g_assert_true (parlor_safe_store (path, f->key, text, length, NULL));
}

static void
store_journal (const Fixture *f)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (journal_lines); i++)
    {
      guint8 head[8];
      gsize length = strlen (journal_lines[i]);
      parlor_put_u32 (head, (guint32)length);
      parlor_put_u32 (head + 4, parlor_crc32 ((const guint8 *)journal_lines[i], length));
      g_string_append_len (text, (const char *)head, sizeof head);
      g_string_append (text, journal_lines[i]);
    }
  store (f, "journal", text->str, text->len);
}

static void
set_up (Fixture *f, gconstpointer enciphered)
{
  static const char *const files[] = {"0001-screen.webm", "0002-microphone.webm", "still-0001.png",
                                      "still-0002.png"};
  f->top = g_dir_make_tmp ("parlor-redact-XXXXXX", NULL);
  f->folder = g_build_filename (f->top, "rec_1", NULL);
  f->key = enciphered != NULL ? vault_key : NULL;
  g_mkdir (f->folder, 0700);
  g_autofree char *key = g_build_filename (f->top, "signing", NULL);
  f->sealer = parlor_sealer_new (key, NULL);
  store (f, "manifest.json", manifest_text, strlen (manifest_text));
  store_journal (f);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    store (f, files[i], "bytes", 5);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      remove_folder (inner);
      g_remove (inner);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  remove_folder (f->top);
  g_rmdir (f->top);
  parlor_sealer_free (f->sealer);
  g_free (f->folder);
  g_free (f->top);
}

static gboolean
is_there (const Fixture *f, const char *name)
{
  g_autofree char *path = path_of (f, name);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static char *
load (const Fixture *f, const char *name, gsize *length)
{
  g_autofree char *path = path_of (f, name);
  g_autoptr (GBytes) bytes = parlor_safe_load (path, f->key, 1 << 20, NULL);
  g_assert_nonnull (bytes);
  *length = g_bytes_get_size (bytes);
  char *text = g_malloc0 (*length + 1); /* a journal has zeros in it */
  memcpy (text, g_bytes_get_data (bytes, NULL), *length);
  return text;
}

static gboolean
is_signed (const Fixture *f)
{
  gsize length, size;
  char *text = load (f, "manifest.json", &length);
  g_autofree char *path = path_of (f, "manifest.sig"), *signature = NULL;
  gboolean ok = g_file_get_contents (path, &signature, &size, NULL)
                && parlor_seal_verify (text, length, signature, parlor_sealer_key (f->sealer),
                                       NULL);
  g_free (text);
  return ok;
}

static gboolean
see_entry (const char *text, gsize length, gpointer lines)
{
  g_string_append_len (lines, text, (gssize)length);
  g_string_append_c (lines, '\n');
  return TRUE;
}

static ParlorRedactSpec
spec_of (const Fixture *f)
{
  return (ParlorRedactSpec){.folder = f->folder,
                            .vault_key = f->key,
                            .who = {.identity = "lin@shop"},
                            .erasure = "era_1",
                            .at_ms = 7,
                            .sealer = f->sealer};
}

static void
check_gone (Fixture *f, const ParlorRedacted *redacted)
{
  gsize length;
  g_autofree char *journal = load (f, "journal", &length);
  g_autoptr (GString) lines = g_string_new (NULL);
  g_assert_cmpuint (parlor_journal_scan ((const guint8 *)journal, length, see_entry, lines), ==,
                    length);
  g_assert_null (strstr (lines->str, "Lin"));
  g_assert_null (strstr (lines->str, "lin@shop"));
  g_assert_null (strstr (lines->str, "hello"));
  g_assert_null (strstr (lines->str, "0001-screen"));
  g_assert_nonnull (strstr (lines->str, "0002-microphone"));
  g_assert_nonnull (strstr (lines->str, "consent"));
  g_assert_false (is_there (f, "0001-screen.webm"));
  g_assert_false (is_there (f, "still-0001.png"));
  g_assert_true (is_there (f, "0002-microphone.webm"));
  g_assert_true (is_there (f, "still-0002.png"));
  g_assert_true (is_signed (f));
  g_assert_cmpstr (redacted->people, ==, "Mara");
  g_assert_cmpstr (redacted->words, ==, "send it\nhi");
  g_assert_cmpint (redacted->files, ==, 1);
  g_assert_cmpint (redacted->bytes, ==, 5);
}

static void
test_folder (Fixture *f, gconstpointer data)
{
  ParlorRedactSpec spec = spec_of (f);
  ParlorRedacted redacted, again;
  g_autofree char *erased = path_of (f, PARLOR_ERASED_NAME), *text = NULL;
  g_assert_true (parlor_redact (&spec, &redacted, NULL));
  check_gone (f, &redacted);
  g_assert_true (g_file_get_contents (erased, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "0001-screen.webm\nstill-0001.png\n");
  /* Made again, nothing changes. */
  g_assert_true (parlor_redact (&spec, &again, NULL));
  g_assert_cmpstr (again.sha256, ==, redacted.sha256);
  parlor_redacted_clear (&again);
  parlor_redacted_clear (&redacted);
}

/* Between two steps, whichever they are. */
static void
test_halves (Fixture *f, gconstpointer data)
{
  ParlorRedactSpec spec = spec_of (f);
  ParlorRedacted redacted;
  g_autofree char *screen = path_of (f, "0001-screen.webm"), *sig = path_of (f, "manifest.sig");
  g_unlink (screen);
  g_assert_true (parlor_redact (&spec, &redacted, NULL));
  check_gone (f, &redacted);
  parlor_redacted_clear (&redacted);
  g_unlink (sig);
  g_assert_true (parlor_redact (&spec, &redacted, NULL));
  check_gone (f, &redacted);
  parlor_redacted_clear (&redacted);
}

static void
test_damaged (Fixture *f, gconstpointer data)
{
  ParlorRedactSpec spec = spec_of (f);
  ParlorRedacted redacted;
  g_autoptr (GError) error = NULL;
  store (f, "manifest.json", "{\"files\":", 9);
  g_assert_false (parlor_redact (&spec, &redacted, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  g_assert_true (is_there (f, "0001-screen.webm"));
  g_assert_null (parlor_redact_look (&spec));
  parlor_redacted_clear (&redacted);
}

int
main (int argc, char **argv)
{
  static const ParlorRedactWho by_identity = {.identity = "lin@shop"};
  static const ParlorRedactWho by_participant = {.participant = "pt_3"};
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/record/redact/a-manifest-forgets-an-identity", &by_identity,
                        test_manifest);
  g_test_add_data_func ("/record/redact/and-who-a-participant-was", &by_participant, test_manifest);
  g_test_add_func ("/record/redact/nobody-is-not-found", test_nobody);
  g_test_add_func ("/record/redact/a-transcript-loses-what-he-said", test_cues);
  g_test_add ("/record/redact/files-journal-and-manifest", Fixture, NULL, set_up, test_folder,
              tear_down);
  g_test_add ("/record/redact/also-where-they-are-enciphered", Fixture, "yes", set_up, test_folder,
              tear_down);
  g_test_add ("/record/redact/what-was-ended-in-the-middle-is-finished", Fixture, NULL, set_up,
              test_halves, tear_down);
  g_test_add ("/record/redact/a-damaged-manifest-is-left-as-it-is", Fixture, NULL, set_up,
              test_damaged, tear_down);
  return g_test_run ();
}
