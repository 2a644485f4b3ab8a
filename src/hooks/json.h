/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Between the domains' typed data (base/datum.h) and JSON. Nothing a stranger sent gets through but
 * what a table says. Thread: any.
 */
#pragma once

#include "base/hook.h"

#include <jansson.h>

G_BEGIN_DECLS

/** Adds the data whose `content` is as asked to `object`; dots make objects. What is not valid
    (text that is no UTF-8, JSON that does not parse) becomes null. */
void parlor_data_to_json (const ParlorDatum *data, guint n, gboolean content, json_t *object);

/** A judged answer; the data point into it. */
typedef struct
{
  json_t *root;
  GPtrArray *lists;   /* char ** of TEXTS */
  GPtrArray *strings; /* char *: trimmed texts, JSON */
  ParlorDatum data[PARLOR_DATUM_MAX];
  guint n_data;
} ParlorHookReply;

#define PARLOR_HOOK_REPLY_MAX (16 * 1024)

/**
 * Judges what a receiver answered to a question: at most PARLOR_HOOK_REPLY_MAX bytes, a JSON object
 * without a member twice, nested at most 8 deep, the members of base/hook.h with their types and
 * lengths, texts without control characters but line feeds. Unknown members are left out. NULL: no
 * answer; `*why` (static) says what was wrong.
 */
ParlorHookReply *parlor_hook_reply_new (ParlorHookKind hook, const char *text, gsize length,
                                        const char **why);
void parlor_hook_reply_free (ParlorHookReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorHookReply, parlor_hook_reply_free)

G_END_DECLS
