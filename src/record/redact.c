/* SPDX-License-Identifier: Apache-2.0 */
#include "record/redact.h"

#include "record/digest.h"
#include "record/journal.h"

#include "base/bytes.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL_MAX ((gsize)512 << 20)
/* As the domain bounds them (room/recording.c). */
#define WORDS_MAX 65536

/* ---- what is his ---------------------------------------------------------------------------- */

static const char *
text_of (const json_t *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

static gboolean
holds (const GPtrArray *texts, const char *text)
{
  for (guint i = 0; text != NULL && i < texts->len; i++)
    if (strcmp (texts->pdata[i], text) == 0)
      return TRUE;
  return FALSE;
}

static void
take (GPtrArray *texts, const char *text)
{
  if (text != NULL && text[0] != '\0' && !holds (texts, text))
    g_ptr_array_add (texts, g_strdup (text));
}

/* What a participant is known by when he comes in again; NULL = nothing. */
static const char *
identity_of (const json_t *manifest, const char *participant)
{
  gsize i;
  json_t *one;
  json_array_foreach (json_object_get (manifest, "participants"), i,
                      one) if (g_strcmp0 (text_of (one, "id"), participant)
                               == 0) return text_of (one, "identity");
  return NULL;
}

static gboolean
is_him (const json_t *one, const char *identity, const char *participant)
{
  return (participant != NULL && g_strcmp0 (text_of (one, "id"), participant) == 0)
         || (identity != NULL && identity[0] != '\0'
             && g_strcmp0 (text_of (one, "identity"), identity) == 0);
}

static void
take_people (ParlorRedaction *self, const json_t *manifest, const ParlorRedactWho *who)
{
  const char *identity = who->identity != NULL ? who->identity
                                               : identity_of (manifest, who->participant);
  gsize i;
  json_t *one;
  take (self->identities, identity);
  take (self->ids, who->participant);
  json_array_foreach (json_object_get (manifest, "participants"), i, one)
  {
    if (!is_him (one, identity, who->participant))
      continue;
    take (self->ids, text_of (one, "id"));
    take (self->names, text_of (one, "name"));
  }
}

static guint
number_of (const json_t *object)
{
  return (guint)json_integer_value (json_object_get (object, "n"));
}

static void
take_files (ParlorRedaction *self, const json_t *manifest)
{
  gsize i;
  json_t *one;
  json_array_foreach (json_object_get (manifest, "files"), i, one)
  {
    if (!holds (self->ids, text_of (one, "participant")))
      continue;
    g_hash_table_add (self->numbers, GUINT_TO_POINTER (number_of (one)));
    if (parlor_text_file_name (text_of (one, "path")))
      take (self->paths, text_of (one, "path"));
    self->bytes += json_integer_value (json_object_get (one, "bytes"));
    self->files++;
  }
  json_array_foreach (json_object_get (manifest, "stills"), i, one)
  {
    if (!g_hash_table_contains (self->numbers, GUINT_TO_POINTER (number_of (one))))
      continue;
    if (parlor_text_file_name (text_of (one, "path")))
      take (self->paths, text_of (one, "path"));
    self->stills++;
  }
}

static void
count_words (ParlorRedaction *self, const json_t *manifest)
{
  gsize i;
  json_t *one;
  json_array_foreach (json_object_get (manifest, "chat"), i, one)
      self->chat += holds (self->ids, text_of (one, "participant"));
  json_array_foreach (json_object_get (manifest, "markers"), i, one)
      self->markers += holds (self->identities, text_of (one, "author"));
}

ParlorRedaction *
parlor_redaction_new (const json_t *manifest, const ParlorRedactWho *who)
{
  ParlorRedaction *self = g_new0 (ParlorRedaction, 1);
  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->identities = g_ptr_array_new_with_free_func (g_free);
  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->numbers = g_hash_table_new (NULL, NULL);
  take_people (self, manifest, who);
  take_files (self, manifest);
  count_words (self, manifest);
  return self;
}

void
parlor_redaction_free (ParlorRedaction *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->ids);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->identities);
  g_ptr_array_unref (self->paths);
  g_hash_table_unref (self->numbers);
  g_free (self);
}

gboolean
parlor_redaction_is_empty (const ParlorRedaction *self)
{
  return self->names->len == 0 && self->files == 0 && self->stills == 0 && self->chat == 0
         && self->markers == 0;
}

/* ---- the manifest without him --------------------------------------------------------------- */

/* TRUE: the entry stays, perhaps changed. */
typedef gboolean (*Keeps) (const ParlorRedaction *self, json_t *entry);

static void
filter (const ParlorRedaction *self, json_t *manifest, const char *list, Keeps keeps)
{
  json_t *entries = json_object_get (manifest, list);
  for (gsize i = json_array_size (entries); i-- > 0;)
    if (!keeps (self, json_array_get (entries, i)))
      json_array_remove (entries, i);
}

static gboolean
keeps_participant (const ParlorRedaction *self, json_t *entry)
{
  return !holds (self->ids, text_of (entry, "id"));
}

static gboolean
keeps_others (const ParlorRedaction *self, json_t *entry)
{
  return !holds (self->ids, text_of (entry, "participant"));
}

static gboolean
keeps_number (const ParlorRedaction *self, json_t *entry)
{
  return !g_hash_table_contains (self->numbers, GUINT_TO_POINTER (number_of (entry)));
}

/* "pt_…/camera". */
static gboolean
keeps_track (const ParlorRedaction *self, json_t *entry)
{
  const char *track = text_of (entry, "track");
  g_autofree char *id = g_strndup (track != NULL ? track : "",
                                   track != NULL ? strcspn (track, "/") : 0);
  return !holds (self->ids, id);
}

/* `author`, `owner`: as the fields are called there. */
static gboolean
blank_marker (const ParlorRedaction *self, json_t *entry, const char *author, const char *owner)
{
  gboolean his = holds (self->identities, text_of (entry, author));
  if (his || holds (self->names, text_of (entry, owner)))
    json_object_del (entry, owner);
  if (his)
    {
      json_object_set_new (entry, "text", json_string (""));
      json_object_del (entry, author);
    }
  return TRUE;
}

static gboolean
keeps_marker (const ParlorRedaction *self, json_t *entry)
{
  return blank_marker (self, entry, "author", "owner");
}

static gboolean
keeps_speaker (const ParlorRedaction *self, json_t *entry)
{
  if (holds (self->ids, json_string_value (json_array_get (entry, 1))))
    json_array_set_new (entry, 1, json_null ());
  return TRUE;
}

static gint
by_number (gconstpointer a, gconstpointer b)
{
  return GPOINTER_TO_INT (a) - GPOINTER_TO_INT (b);
}

static json_t *
say_removed (const ParlorRedaction *self)
{
  json_t *numbers = json_array ();
  GList *list = g_list_sort (g_hash_table_get_keys (self->numbers), by_number);
  for (GList *n = list; n != NULL; n = n->next)
    json_array_append_new (numbers, json_integer (GPOINTER_TO_UINT (n->data)));
  g_list_free (list);
  return json_pack ("{s:o,s:I,s:i,s:i,s:i,s:i}", "files", numbers, "bytes", (json_int_t)self->bytes,
                    "stills", (int)self->stills, "chat", (int)self->chat, "markers",
                    (int)self->markers, "names", (int)self->names->len);
}

json_t *
parlor_redaction_manifest (const ParlorRedaction *self, const json_t *manifest, const char *erasure,
                           gint64 at_ms, const char *before)
{
  static const struct
  {
    const char *list;
    Keeps keeps;
  } lists[] = {{"participants", keeps_participant},
               {"files", keeps_others},
               {"gaps", keeps_others},
               {"chat", keeps_others},
               {"stills", keeps_number},
               {"troubles", keeps_track},
               {"markers", keeps_marker},
               {"speakers", keeps_speaker}};
  json_t *left = json_deep_copy (manifest), *erasures = json_object_get (left, "erasures");
  gint64 revision = json_integer_value (json_object_get (left, "revision"));
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    filter (self, left, lists[i].list, lists[i].keeps);
  if (erasures == NULL)
    json_object_set_new (left, "erasures", erasures = json_array ());
  json_object_set_new (left, "revision", json_integer (MAX (revision, 1) + 1));
  json_array_append_new (erasures,
                         json_pack ("{s:s,s:I,s:s,s:o}", "id", erasure, "at", (json_int_t)at_ms,
                                    "before", before, "removed", say_removed (self)));
  return left;
}

gboolean
parlor_redaction_entry (const ParlorRedaction *self, json_t *entry)
{
  static const struct
  {
    const char *type;
    Keeps keeps;
  } types[] = {{"participant", keeps_participant},
               {"file", keeps_others},
               {"clock", keeps_number},
               {"end", keeps_number},
               {"still", keeps_number},
               {"chat", keeps_others},
               {"trouble", keeps_track}};
  const char *type = text_of (entry, "t");
  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].type, type) == 0)
      return types[i].keeps (self, entry);
  if (g_strcmp0 (type, "speaker") == 0 && !keeps_others (self, entry))
    json_object_del (entry, "participant");
  /* Notes have one set of names; the manifest renames them. */
  return g_strcmp0 (type, "marker") != 0 || blank_marker (self, entry, "participant", "name");
}

guint
parlor_redaction_cues (const ParlorRedaction *self, json_t *cues)
{
  guint n = 0;
  for (gsize i = json_array_size (cues); i-- > 0;)
    if (holds (self->names, text_of (json_array_get (cues, i), "speaker")))
      n += json_array_remove (cues, i) == 0;
  return n;
}

/* ---- in a folder ---------------------------------------------------------------------------- */

static char *
path_in (const ParlorRedactSpec *spec, const char *name)
{
  return g_build_filename (spec->folder, name, NULL);
}

/* With the bytes that it stands in (transfer full). */
static json_t *
load_manifest (const ParlorRedactSpec *spec, GBytes **bytes, GError **error)
{
  g_autofree char *path = path_in (spec, "manifest.json");
  gsize length = 0;
  *bytes = parlor_safe_load (path, spec->vault_key, PARLOR_SAFE_MANIFEST_MAX, error);
  const char *text = *bytes != NULL ? g_bytes_get_data (*bytes, &length) : NULL;
  json_t *manifest = text != NULL ? json_loadb (text, length, JSON_REJECT_DUPLICATES, NULL) : NULL;
  if (manifest == NULL && *bytes != NULL)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s is no JSON", path);
      g_clear_pointer (bytes, g_bytes_unref);
    }
  return manifest;
}

ParlorRedaction *
parlor_redact_look (const ParlorRedactSpec *spec)
{
  GBytes *bytes;
  json_t *manifest = load_manifest (spec, &bytes, NULL);
  if (manifest == NULL)
    return NULL;
  ParlorRedaction *found = parlor_redaction_new (manifest, &spec->who);
  json_decref (manifest);
  g_bytes_unref (bytes);
  return found;
}

static gboolean
fail (GError **error, const char *path)
{
  int why = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (why), "%s: %s", path,
               g_strerror (why));
  return FALSE;
}

/* Before the first one goes: who keeps copies finds here that these are to go too. */
static gboolean
note_paths (const ParlorRedactSpec *spec, const ParlorRedaction *found, GError **error)
{
  g_autofree char *path = path_in (spec, PARLOR_ERASED_NAME), *before = NULL;
  if (found->paths->len == 0)
    return TRUE;
  g_file_get_contents (path, &before, NULL, NULL);
  g_autoptr (GString) text = g_string_new (before);
  for (guint i = 0; i < found->paths->len; i++)
    g_string_append_printf (text, "%s\n", (char *)found->paths->pdata[i]);
  return g_file_set_contents_full (path, text->str, (gssize)text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

static gboolean
remove_files (const ParlorRedactSpec *spec, const ParlorRedaction *found, GError **error)
{
  for (guint i = 0; i < found->paths->len; i++)
    {
      g_autofree char *path = path_in (spec, found->paths->pdata[i]);
      if (unlink (path) < 0 && errno != ENOENT)
        return fail (error, path);
    }
  return TRUE;
}

typedef struct
{
  const ParlorRedaction *found;
  GByteArray *left;
} Scrub;

static void
put_entry (GByteArray *out, const char *text, gsize length)
{
  guint8 head[8];
  parlor_put_u32 (head, (guint32)length);
  parlor_put_u32 (head + 4, parlor_crc32 ((const guint8 *)text, length));
  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, (const guint8 *)text, (guint)length);
}

/* What is no JSON could be anything: it goes. */
static gboolean
scrub_entry (const char *text, gsize length, gpointer user_data)
{
  Scrub *scrub = user_data;
  json_t *entry = json_loadb (text, length, 0, NULL);
  gboolean stays = json_is_object (entry) && parlor_redaction_entry (scrub->found, entry);
  char *line = stays ? json_dumps (entry, JSON_COMPACT) : NULL;
  if (line != NULL)
    put_entry (scrub->left, line, strlen (line));
  free (line);
  json_decref (entry);
  return TRUE;
}

static gboolean
scrub_journal (const ParlorRedactSpec *spec, const ParlorRedaction *found, GError **error)
{
  g_autofree char *path = path_in (spec, "journal");
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_autoptr (GBytes) bytes = parlor_safe_load (path, spec->vault_key, JOURNAL_MAX, error);
  g_autoptr (GByteArray) left = g_byte_array_new ();
  Scrub scrub = {found, left};
  if (bytes == NULL)
    return FALSE;
  parlor_journal_scan (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), scrub_entry,
                       &scrub);
  return parlor_safe_store (path, spec->vault_key, left->data, left->len, error);
}

static gboolean
is_done_before (const json_t *manifest, const char *erasure)
{
  gsize i;
  json_t *one;
  json_array_foreach (json_object_get (manifest, "erasures"), i,
                      one) if (g_strcmp0 (text_of (one, "id"), erasure) == 0) return TRUE;
  return FALSE;
}

static gboolean
store_signature (const ParlorRedactSpec *spec, const char *text, gsize length, GError **error)
{
  g_autofree char *path = path_in (spec, "manifest.sig");
  g_autofree char *signature = parlor_sealer_sign (spec->sealer, text, length);
  return g_file_set_contents_full (path, signature, -1,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

static gboolean
store_manifest (const ParlorRedactSpec *spec, json_t *manifest, ParlorRedacted *out, GError **error)
{
  g_autofree char *path = path_in (spec, "manifest.json");
  char *text = json_dumps (manifest, JSON_INDENT (1));
  gsize length = text != NULL ? strlen (text) : 0;
  gboolean ok = text != NULL && parlor_safe_store (path, spec->vault_key, text, length, error)
                && store_signature (spec, text, length, error);
  parlor_sha256_text (text != NULL ? text : "", length, out->sha256);
  free (text);
  return ok;
}

static void
add_line (GString *lines, const char *text)
{
  if (text != NULL && text[0] != '\0' && lines->len + strlen (text) < WORDS_MAX)
    g_string_append_printf (lines, "%s%s", lines->len > 0 ? "\n" : "", text);
}

static char *
lines_of (const json_t *manifest, const char *const *lists, const char *field)
{
  GString *lines = g_string_new (NULL);
  gsize i;
  json_t *one;
  for (; *lists != NULL; lists++)
    json_array_foreach (json_object_get (manifest, *lists), i, one)
        add_line (lines, text_of (one, field));
  return g_string_free (lines, lines->len == 0);
}

static void
sum_up (const json_t *manifest, ParlorRedacted *out)
{
  static const char *const people[] = {"participants", NULL}, *const said[] = {"markers", "chat",
                                                                               NULL};
  gsize i;
  json_t *one;
  out->people = lines_of (manifest, people, "name");
  out->words = lines_of (manifest, said, "text");
  out->files = (gint64)json_array_size (json_object_get (manifest, "files"));
  json_array_foreach (json_object_get (manifest, "files"), i, one)
      out->bytes += json_integer_value (json_object_get (one, "bytes"));
}

/* The manifest is the last to forget him: what ends this before finds him again. */
static gboolean
remove_him (const ParlorRedactSpec *spec, json_t **manifest, const char *before,
            ParlorRedacted *out, GError **error)
{
  ParlorRedaction *found = parlor_redaction_new (*manifest, &spec->who);
  gboolean ok = note_paths (spec, found, error) && remove_files (spec, found, error)
                && scrub_journal (spec, found, error);
  if (ok)
    {
      json_t *left = parlor_redaction_manifest (found, *manifest, spec->erasure, spec->at_ms,
                                                before);
      json_decref (*manifest);
      *manifest = left;
      ok = store_manifest (spec, left, out, error);
    }
  parlor_redaction_free (found);
  return ok;
}

gboolean
parlor_redact (const ParlorRedactSpec *spec, ParlorRedacted *out, GError **error)
{
  GBytes *bytes;
  gsize length;
  *out = (ParlorRedacted){0};
  json_t *manifest = load_manifest (spec, &bytes, error);
  if (manifest == NULL)
    return FALSE;
  const char *text = g_bytes_get_data (bytes, &length);
  parlor_sha256_text (text, length, out->sha256);
  /* Of one that was ended in the middle the signature may be missing. */
  gboolean ok = is_done_before (manifest, spec->erasure)
                    ? store_signature (spec, text, length, error)
                    : remove_him (spec, &manifest, out->sha256, out, error);
  if (ok)
    sum_up (manifest, out);
  json_decref (manifest);
  g_bytes_unref (bytes);
  return ok;
}

void
parlor_redacted_clear (ParlorRedacted *redacted)
{
  g_clear_pointer (&redacted->people, g_free);
  g_clear_pointer (&redacted->words, g_free);
}
