/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Inside of signing in: what handle_signin.c (password, link, the own session), handle_brand.c
 * (brands, users, keys) and oidc.c share.
 *
 * Thread: control.
 */
#pragma once

#include "brand/keys.h"
#include "brand/signins.h"
#include "brand/users.h"
#include "http/handlers.h"
#include "http/password.h"

G_BEGIN_DECLS

struct _ParlorDoor
{
  ParlorPasswords *passwords;
  ParlorRateLimit *by_address; /* wrong answers */
  ParlorRateLimit *by_account;
};

/** Signs this person in: cookie and body of the answer. */
void parlor_signin_welcome (ParlorSite *site, const ParlorUser *user, guint roles,
                            ParlorHttpReply *reply);

/** Somebody was not let in: the line of the audit log. Whose door was tried (nullable), never what
    was typed. `brand` (its id) NULL: there is no log to write it in. The caller bounds the rows. */
void parlor_signin_failed (ParlorSite *site, const char *brand, const ParlorUser *user);

/** The person as JSON, without secrets (transfer full). */
json_t *parlor_user_to_json (const ParlorUser *user);

/** A link that signs in once (transfer full); NULL with the error. */
char *parlor_signin_link (ParlorSite *site, const ParlorHttpRequest *request,
                          const ParlorUser *user, guint roles, gint64 lasts_ms, GError **error);

/** Answers when what was put to the records so far is on the disk; takes `json` (nullable). */
void parlor_answer_when_kept (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply,
                              guint status, json_t *json);

/** The words of a JSON array of strings as a list with blanks (transfer full); NULL: not such an
    array, or a word has a blank. */
char *parlor_json_words (const json_t *array);
/** The other way (transfer full). */
json_t *parlor_words_json (const char *list);

G_END_DECLS
