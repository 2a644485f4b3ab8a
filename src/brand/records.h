/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The rows of this domain: plain structs, each described by a ParlorRecordKind (base/record.h) and
 * kept in the table of the same name (store/sql/0010_brands.sql). Texts are owned by the row. Times
 * are milliseconds of the wall clock, 0 = never. Lists are words with one blank between them.
 *
 * Thread: any; plain data.
 */
#pragma once

#include "base/record.h"

G_BEGIN_DECLS

/** Texts are never NULL unless marked. */
typedef struct
{
  char *id;        /**< "br_…" */
  char *slug;      /**< unique, 1 to 40 of [a-z0-9-], what people type at /signin */
  char *name;      /**< shown, "" never */
  char *origins;   /**< list: web origins that may embed and call, "https://shop.example" */
  char *domains;   /**< list: host names whose links are clickable in chat */
  char *hours;     /**< when the brand is there: "mon-fri 09:00-18:00 Asia/Shanghai", "" = always */
  char *confirm;   /**< "never" | "first" | "always": does a customer confirm a person */
  char *may_start; /**< "signed_in" | "anyone": who may start a meeting */
  char *consent;   /**< "ask" | "notice": recording, RELIABILITY section 6 */
  gint64 retention_days; /**< recordings; 0 = kept until somebody deletes them */
  gint64 silence_h;      /**< 1..720: a conversation ends after so many hours without a word */
  char *secret;          /**< signs the server's own tokens of this brand (HS256) */
  char *oidc_issuer;     /**< nullable: "https://login.example" */
  char *oidc_client;     /**< nullable */
  char *oidc_secret;     /**< nullable: a public client */
  gint64 created_ms;
  gint64 closed_ms; /**< nothing of it is let in any more */
} ParlorBrand;

typedef struct
{
  char *id; /**< "usr_…" */
  char *brand;
  char *login;    /**< lower case, unique in the brand: an e-mail address or the brand's own name */
  char *name;     /**< shown */
  char *roles;    /**< list, see roles.h */
  char *groups;   /**< list of "grp_…": what a supervisor is of */
  char *rep;      /**< nullable: "rep_…" */
  char *password; /**< nullable: none; argon2id as libsodium writes it */
  char *subject;  /**< nullable: `sub` at the brand's OIDC provider, learned at the first sign-in */
  gint64 created_ms;
  gint64 seen_ms; /**< last sign-in */
  gint64 disabled_ms;
} ParlorUser;

typedef struct
{
  char *id; /**< "key_…": `iss` of tokens, user name of Basic */
  char *brand;
  char *name;   /**< what it is for */
  char *secret; /**< readable, since it signs and checks HS256: docs/decisions/0045 */
  char *scopes; /**< list, see roles.h */
  gint64 created_ms;
  gint64 used_ms;    /**< exact to a minute */
  gint64 expires_ms; /**< 0 = never; set when a successor was made: both hold until then */
  gint64 revoked_ms;
} ParlorApiKey;

typedef struct
{
  char *id; /**< "ses_…" */
  char *brand;
  char *person; /**< "usr_…" */
  char *hash;   /**< SHA-256 of the cookie's value, hex: the value itself is kept nowhere */
  char *roles;  /**< list: of the user's, those that this sign-in may use */
  gint64 created_ms;
  gint64 used_ms;    /**< exact to a minute */
  gint64 expires_ms; /**< whatever is done with it */
} ParlorSignin;

extern const ParlorRecordKind parlor_brand_kind;
extern const ParlorRecordKind parlor_user_kind;
extern const ParlorRecordKind parlor_api_key_kind;
extern const ParlorRecordKind parlor_signin_kind;

/** The four of them, for whoever loads; `*n` = 4. */
const ParlorRecordKind *const *parlor_brand_kinds (guint *n);

G_END_DECLS
