/* SPDX-License-Identifier: Apache-2.0 */
#include "store/find.h"

#include <string.h>

#include "base/error.h"

static gboolean
fits (const ParlorField *field, const ParlorFindTerm *term)
{
  switch (field->type)
    {
    case PARLOR_FIELD_TEXT:
      return term->text != NULL ? g_utf8_validate (term->text, -1, NULL)
                                : term->op == PARLOR_FIND_EQUAL;
    case PARLOR_FIELD_INT:
    case PARLOR_FIELD_FLAG:
      return term->op != PARLOR_FIND_CONTAINS && term->op != PARLOR_FIND_PREFIX;
    case PARLOR_FIELD_REAL:
    case PARLOR_FIELD_BYTES:
      return FALSE;
    }
  return FALSE;
}

gboolean
parlor_find_check (const ParlorFind *find, GError **error)
{
  gboolean good = find->n_terms <= PARLOR_FIND_TERMS_MAX && find->limit >= 1
                  && find->limit <= PARLOR_FIND_LIMIT_MAX
                  && (find->order_by == NULL
                      || parlor_record_field (find->kind, find->order_by) != NULL);
  for (guint i = 0; good && i < find->n_terms; i++)
    {
      const ParlorField *field = parlor_record_field (find->kind, find->terms[i].field);
      good = field != NULL && fits (field, &find->terms[i]);
    }
  if (!good)
    g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                 "not a question that can be asked about %s", find->kind->table);
  return good;
}

ParlorFind *
parlor_find_copy (const ParlorFind *find)
{
  ParlorFind *copy = g_new (ParlorFind, 1);
  ParlorFindTerm *terms = g_new0 (ParlorFindTerm, MAX (find->n_terms, 1));
  for (guint i = 0; i < find->n_terms; i++)
    {
      terms[i] = find->terms[i];
      terms[i].field = parlor_record_field (find->kind, find->terms[i].field)->name;
      terms[i].text = g_strdup (find->terms[i].text);
    }
  *copy = *find;
  copy->terms = terms;
  if (find->order_by != NULL)
    copy->order_by = parlor_record_field (find->kind, find->order_by)->name;
  return copy;
}

void
parlor_find_free (ParlorFind *find)
{
  if (find == NULL)
    return;
  for (guint i = 0; i < find->n_terms; i++)
    g_free ((char *)find->terms[i].text);
  g_free ((ParlorFindTerm *)find->terms);
  g_free (find);
}

static gint64
number_of (const ParlorField *field, gconstpointer record)
{
  gconstpointer at = G_STRUCT_MEMBER_P (record, field->offset);
  return field->type == PARLOR_FIELD_FLAG ? *(const gboolean *)at != 0 : *(const gint64 *)at;
}

static int
compare_numbers (gint64 a, gint64 b)
{
  return a < b ? -1 : a > b;
}

static gboolean
holds (ParlorFindOp op, int order)
{
  return op == PARLOR_FIND_EQUAL     ? order == 0
         : op == PARLOR_FIND_LESS    ? order < 0
         : op == PARLOR_FIND_GREATER ? order > 0
                                     : order >= 0;
}

static gboolean
text_matches (const ParlorFindTerm *term, const char *text)
{
  if (text == NULL || term->text == NULL)
    return text == term->text;
  if (term->op == PARLOR_FIND_CONTAINS)
    return parlor_text_contains (text, term->text);
  if (term->op == PARLOR_FIND_PREFIX)
    return g_str_has_prefix (text, term->text);
  return holds (term->op, strcmp (text, term->text));
}

gboolean
parlor_find_matches (const ParlorFind *find, gconstpointer record)
{
  for (guint i = 0; i < find->n_terms; i++)
    {
      const ParlorFindTerm *term = &find->terms[i];
      const ParlorField *field = parlor_record_field (find->kind, term->field);
      gboolean match;
      if (field->type == PARLOR_FIELD_TEXT)
        match = text_matches (term, G_STRUCT_MEMBER (const char *, record, field->offset));
      else
        {
          gint64 asked = field->type == PARLOR_FIELD_FLAG ? term->number != 0 : term->number;
          match = holds (term->op, compare_numbers (number_of (field, record), asked));
        }
      if (!match)
        return FALSE;
    }
  return TRUE;
}

static int
compare_fields (const ParlorField *field, gconstpointer a, gconstpointer b)
{
  gconstpointer left = G_STRUCT_MEMBER_P (a, field->offset);
  gconstpointer right = G_STRUCT_MEMBER_P (b, field->offset);
  switch (field->type)
    {
    case PARLOR_FIELD_TEXT:
      return g_strcmp0 (*(const char *const *)left, *(const char *const *)right);
    case PARLOR_FIELD_REAL:
      return *(const double *)left < *(const double *)right
                 ? -1
                 : *(const double *)left > *(const double *)right;
    case PARLOR_FIELD_BYTES:
      {
        GBytes *one = *(GBytes *const *)left, *other = *(GBytes *const *)right;
        if (one == NULL || other == NULL)
          return (one != NULL) - (other != NULL);
        return g_bytes_compare (one, other);
      }
    case PARLOR_FIELD_INT:
    case PARLOR_FIELD_FLAG:
      return compare_numbers (number_of (field, a), number_of (field, b));
    }
  return 0;
}

int
parlor_record_compare_keys (const ParlorRecordKind *kind, gconstpointer a, gconstpointer b)
{
  int order = 0;
  for (guint i = 0; i < kind->n_key && order == 0; i++)
    order = compare_fields (&kind->fields[i], a, b);
  return order;
}

int
parlor_find_compare (const ParlorFind *find, gconstpointer a, gconstpointer b)
{
  int order = 0;
  if (find->order_by != NULL)
    order = compare_fields (parlor_record_field (find->kind, find->order_by), a, b);
  if (order == 0)
    order = parlor_record_compare_keys (find->kind, a, b);
  return find->descending ? -order : order;
}

/* --- rows --- */

/* A row knows its kind, so that an array of rows frees itself. */
typedef struct
{
  const ParlorRecordKind *kind;
  max_align_t record[];
} Row;

static void
row_free (gpointer record)
{
  Row *row = (Row *)((guint8 *)record - offsetof (Row, record));
  parlor_record_clear (row->kind, record);
  g_free (row);
}

GPtrArray *
parlor_rows_new (const ParlorRecordKind *kind)
{
  return g_ptr_array_new_with_free_func (row_free);
}

void
parlor_rows_add (GPtrArray *rows, const ParlorRecordKind *kind, gconstpointer record)
{
  Row *row = g_malloc (sizeof (Row) + kind->size);
  row->kind = kind;
  parlor_record_copy (kind, row->record, record);
  g_ptr_array_add (rows, row->record);
}

/* --- text --- */

gunichar
parlor_text_fold (gunichar c)
{
  /* Up and down again: σ and ς, k and the Kelvin sign meet. */
  return c < 0x80 ? (gunichar)g_ascii_tolower ((char)c) : g_unichar_tolower (g_unichar_toupper (c));
}

gboolean
parlor_text_has_forms (gunichar c)
{
  if (c < 0x80)
    return g_ascii_isalpha ((char)c);
  return g_unichar_type (c) != G_UNICODE_OTHER_LETTER && c < 0x1ffff;
}

static gboolean
any_has_forms (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (parlor_text_has_forms (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

static gboolean
starts_folded (const char *text, const char *needle)
{
  for (; *needle != '\0'; text = g_utf8_next_char (text), needle = g_utf8_next_char (needle))
    if (*text == '\0'
        || parlor_text_fold (g_utf8_get_char (text)) != parlor_text_fold (g_utf8_get_char (needle)))
      return FALSE;
  return TRUE;
}

gboolean
parlor_text_contains (const char *text, const char *needle)
{
  gunichar first = parlor_text_fold (g_utf8_get_char (needle));
  if (!any_has_forms (needle))
    return strstr (text, needle) != NULL;
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (parlor_text_fold (g_utf8_get_char (text)) == first && starts_folded (text, needle))
      return TRUE;
  return FALSE;
}

char *
parlor_text_after (const char *prefix)
{
  g_autoptr (GString) text = g_string_new (prefix);
  while (text->len > 0)
    {
      const char *last = g_utf8_prev_char (text->str + text->len);
      gunichar c = g_utf8_get_char (last);
      g_string_truncate (text, (gsize)(last - text->str));
      if (c < 0x10ffff)
        {
          /* Surrogates are no characters. */
          g_string_append_unichar (text, c == 0xd7ff ? 0xe000 : c + 1);
          return g_string_free (g_steal_pointer (&text), FALSE);
        }
    }
  return NULL;
}
