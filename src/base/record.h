/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Rows that survive a restart, described once: a domain declares a plain struct, a table of its
 * fields and the name of its SQL table; the stores (SQLite, PostgreSQL, memory) read and write any
 * kind by that description. A new entity costs a struct, a description and a
 * `src/store/sql/NNNN_*.sql`; a test compares the two.
 *
 * A domain never sees the store: it is given a ParlorRecordSink and puts what changed. Everything
 * put between begin () and end () is one transaction, on the disk whole or not at all, in the order
 * of the calls. All functions are called on the *control* thread and return at once; rows are
 * copied.
 *
 * Reading: at start the app loads the kinds that a domain keeps in memory (its index) and hands it
 * every row; what is too much for memory (messages, touches, events, audit) is asked for with find
 * (), answered later on the control thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  PARLOR_FIELD_TEXT,  /**< char *, UTF-8; NULL = SQL NULL */
  PARLOR_FIELD_INT,   /**< gint64 */
  PARLOR_FIELD_REAL,  /**< double */
  PARLOR_FIELD_FLAG,  /**< gboolean; 0 and 1 in SQL */
  PARLOR_FIELD_BYTES, /**< GBytes *; NULL = SQL NULL */
} ParlorFieldType;

typedef struct
{
  const char *name; /**< the column's */
  ParlorFieldType type;
  gsize offset; /**< in the struct: use the macros below */
} ParlorField;

#define PARLOR_TEXT(type, member)                                                                  \
  {                                                                                                \
#member, PARLOR_FIELD_TEXT, G_STRUCT_OFFSET(type, member)                                      \
  }
#define PARLOR_INT(type, member)                                                                   \
  {                                                                                                \
#member, PARLOR_FIELD_INT, G_STRUCT_OFFSET(type, member)                                       \
  }
#define PARLOR_REAL(type, member)                                                                  \
  {                                                                                                \
#member, PARLOR_FIELD_REAL, G_STRUCT_OFFSET(type, member)                                      \
  }
#define PARLOR_FLAG(type, member)                                                                  \
  {                                                                                                \
#member, PARLOR_FIELD_FLAG, G_STRUCT_OFFSET(type, member)                                      \
  }
#define PARLOR_BYTES(type, member)                                                                 \
  {                                                                                                \
#member, PARLOR_FIELD_BYTES, G_STRUCT_OFFSET(type, member)                                     \
  }

/** Describes one table; static for the life of the program. */
typedef struct
{
  const char *table;
  const ParlorField *fields; /**< the first `n_key` of them are the primary key */
  guint n_fields;            /**< at most 32 */
  guint n_key;               /**< 1..4 */
  gsize size;                /**< of the struct */
  /** Rows are only ever added: a second one with the same key changes nothing (messages, touches,
      events, audit). FALSE: put () replaces by key. */
  gboolean append_only;
} ParlorRecordKind;

typedef enum
{
  PARLOR_FIND_EQUAL,
  PARLOR_FIND_LESS,
  PARLOR_FIND_GREATER,
  PARLOR_FIND_AT_LEAST,
  PARLOR_FIND_CONTAINS, /**< text inside text, any script, two characters are enough; case folded */
  PARLOR_FIND_PREFIX,
} ParlorFindOp;

typedef struct
{
  const char *field; /**< a name of the kind */
  ParlorFindOp op;
  const char *text; /**< for TEXT fields */
  gint64 number;    /**< for INT and FLAG fields */
} ParlorFindTerm;

/** A question; everything is copied. */
typedef struct
{
  const ParlorRecordKind *kind;
  const ParlorFindTerm *terms; /**< all must hold */
  guint n_terms;               /**< at most 8 */
  const char *order_by;        /**< nullable: by key */
  gboolean descending;
  guint limit; /**< 1..10,000 */
} ParlorFind;

/** `rows`: pointers to structs of the kind, valid until the call returns; NULL with `error` set
   when the store could not be asked (closed, broken). Control thread. */
typedef void (*ParlorFound) (const gconstpointer *rows, guint n_rows, const GError *error,
                             gpointer user_data);

/** `durable`: everything put before is on the disk. FALSE: the store was closed or gave up. */
typedef void (*ParlorRecordFlushed) (gboolean durable, gpointer user_data);

typedef struct _ParlorRecordSink ParlorRecordSink;
struct _ParlorRecordSink
{
  void (*begin) (ParlorRecordSink *sink); /**< pairs nest; the outermost counts */
  void (*end) (ParlorRecordSink *sink);
  void (*put) (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer record);
  /** `key`: a struct of the kind of which only the key fields are read. */
  void (*remove) (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer key);
  /** The callback comes later, never inside the call; after all writes put before it. */
  void (*find) (ParlorRecordSink *sink, const ParlorFind *find, ParlorFound found,
                gpointer user_data);
  /** Says when everything put so far is on the disk: answers that promise something wait for it. */
  void (*flush) (ParlorRecordSink *sink, ParlorRecordFlushed flushed, gpointer user_data);
};

/** Frees what a record's fields own (texts, bytes), not the struct. For records that own theirs. */
void parlor_record_clear (const ParlorRecordKind *kind, gpointer record);

/** A deep copy into `to` (same size as the kind's struct, its old contents are not freed). */
void parlor_record_copy (const ParlorRecordKind *kind, gpointer to, gconstpointer from);

/** The field of this name, or NULL. */
const ParlorField *parlor_record_field (const ParlorRecordKind *kind, const char *name);

G_END_DECLS
