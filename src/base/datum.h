/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A named, typed value: what domains put into events and hook questions, and what they get from
 * hook answers, without knowing JSON. Plain data, everything borrowed.
 *
 * Names are snake_case. One dot makes an object when it becomes JSON ("touch.entry" → {"touch":
 * {"entry": …}}); data with the same part before the dot stand next to each other.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** More in one event or question is a programmer's mistake. */
#define PARLOR_DATUM_MAX 48

typedef enum
{
  PARLOR_DATUM_IS_TEXT,  /**< text; NULL = null */
  PARLOR_DATUM_IS_INT,   /**< number */
  PARLOR_DATUM_IS_REAL,  /**< real; finite */
  PARLOR_DATUM_IS_FLAG,  /**< number: 0 or 1 */
  PARLOR_DATUM_IS_TEXTS, /**< texts; NULL = an empty list */
  PARLOR_DATUM_IS_JSON,  /**< text: one JSON value that we carry and never look into (attrs) */
} ParlorDatumType;

typedef struct
{
  const char *name;
  ParlorDatumType type;
  /** What somebody wrote or said (message text, a note, a name): leaves in an event only for a
      subscription with the scope `content`, and goes when the customer is erased. */
  gboolean content;
  const char *text;
  gint64 number;
  double real;
  const char *const *texts; /**< ends with NULL */
} ParlorDatum;

/* For tables: const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("rep", id), …}; */
#define PARLOR_DATUM_TEXT(n, v)                                                                    \
  ((ParlorDatum){.name = (n), .type = PARLOR_DATUM_IS_TEXT, .text = (v)})
#define PARLOR_DATUM_CONTENT(n, v)                                                                 \
  ((ParlorDatum){.name = (n), .type = PARLOR_DATUM_IS_TEXT, .content = TRUE, .text = (v)})
#define PARLOR_DATUM_INT(n, v)                                                                     \
  ((ParlorDatum){.name = (n), .type = PARLOR_DATUM_IS_INT, .number = (v)})
#define PARLOR_DATUM_REAL(n, v)                                                                    \
  ((ParlorDatum){.name = (n), .type = PARLOR_DATUM_IS_REAL, .real = (v)})
#define PARLOR_DATUM_FLAG(n, v)                                                                    \
  ((ParlorDatum){.name = (n), .type = PARLOR_DATUM_IS_FLAG, .number = (v) ? 1 : 0})
#define PARLOR_DATUM_TEXTS(n, v)                                                                   \
  ((ParlorDatum){.name = (n), .type = PARLOR_DATUM_IS_TEXTS, .texts = (v)})
#define PARLOR_DATUM_JSON(n, v)                                                                    \
  ((ParlorDatum){.name = (n), .type = PARLOR_DATUM_IS_JSON, .text = (v)})

/** The datum of that name and type, or NULL. */
const ParlorDatum *parlor_datum_find (const ParlorDatum *data, guint n, const char *name,
                                      ParlorDatumType type);

/** A text by name; NULL where there is none. */
const char *parlor_datum_text (const ParlorDatum *data, guint n, const char *name);

/** An integer by name, else `otherwise`. */
gint64 parlor_datum_int (const ParlorDatum *data, guint n, const char *name, gint64 otherwise);

/** A flag by name, else `otherwise`. */
gboolean parlor_datum_flag (const ParlorDatum *data, guint n, const char *name, gboolean otherwise);

G_END_DECLS
