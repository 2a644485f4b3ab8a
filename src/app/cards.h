/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Signs reps' cards: a JWS (RFC 7515, compact, ES256) over brand, rep, the fields that are shown
 * and an expiry. The key is the brand's, P-256, kept in the data folder with mode 0600; a brand
 * that keeps its own key uploads signed cards instead, which are only checked here.
 *
 * Thread: control.
 */
#pragma once

#include "service/model.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct _ParlorCards ParlorCards;

/** Reads the key of `brand` in `folder`, or makes one. NULL with a G_FILE_ERROR. */
ParlorCards *parlor_cards_new (const char *folder, const char *brand, GError **error);
void parlor_cards_free (ParlorCards *cards);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorCards, parlor_cards_free)

/** The card (transfer full) of what the rep's fields are now; valid from `verified_ms` until
    `until_ms`. NULL: the key cannot sign. */
char *parlor_cards_sign (ParlorCards *cards, const ParlorRep *rep, gint64 verified_ms,
                         gint64 until_ms);
/** Whether this card is of our key, this brand and ref, and not yet over; `until_ms` is filled. */
gboolean parlor_cards_check (ParlorCards *cards, const char *card, const char *rep, gint64 now_ms,
                             gint64 *until_ms);
/** The public key as a JWK (transfer full), which pages check cards against. */
json_t *parlor_cards_jwk (ParlorCards *cards);

G_END_DECLS
