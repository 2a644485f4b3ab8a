/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The table of what a page may say: {type, right, when, fields, handler}. What a row says of its
 * fields is checked before the handler runs, which then takes them as they are.
 *
 * Thread: control.
 */
#pragma once

#include "signal/session.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_MESSAGE_STRING, /**< min..max bytes */
  PARLOR_MESSAGE_BOOL,
  PARLOR_MESSAGE_NUMBER, /**< min..max */
  PARLOR_MESSAGE_LIST,   /**< min..max elements */
} ParlorMessageFieldType;

typedef struct
{
  const char *name; /**< NULL ends the list */
  ParlorMessageFieldType type;
  gboolean required; /**< else it may be absent or null */
  gint64 min, max;
} ParlorMessageField;

typedef enum
{
  PARLOR_WHEN_OUTSIDE, /**< before the join */
  PARLOR_WHEN_ANY,     /**< joined, also while waiting in the lobby */
  PARLOR_WHEN_INSIDE,  /**< joined and let in */
  PARLOR_WHEN_ALWAYS,  /**< joined or not */
  PARLOR_WHEN_DESK,    /**< attached as a visitor or a rep, joined or not */
} ParlorWhen;

#define PARLOR_MAX_FIELDS 9

/** FALSE with PARLOR_ERROR: the table answers with `error` and nothing changed. */
typedef gboolean (*ParlorMessageHandler) (ParlorSession *session, const json_t *message,
                                          gint64 now_us, GError **error);

typedef struct
{
  const char *type;
  ParlorWhen when;
  ParlorRights right; /**< all of these; what depends on the message's fields the domain checks */
  ParlorMessageHandler handler;
  ParlorMessageField fields[PARLOR_MAX_FIELDS];
} ParlorMessageRow;

/** The table, for tests that walk it. */
const ParlorMessageRow *parlor_message_rows (guint *n);

G_END_DECLS
