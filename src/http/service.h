/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the REST handlers of service reps stand on: the domain, the way to JSON and the card key,
 * which the app ties together.  Thread: control.
 */
#pragma once

#include "base/record.h"
#include "service/service.h"

#include <jansson.h>

G_BEGIN_DECLS

/** Everything borrowed. The encoders' results are transfer full. */
typedef struct _ParlorServiceSite
{
  ParlorService *service;
  ParlorRecordSink *records;             /**< nullable: no timeline, nothing waits for the disk */
  json_t *(*rep) (const ParlorRep *rep); /**< for staff */
  json_t *(*public_rep) (const ParlorRep *rep); /**< for everybody */
  json_t *(*group) (const ParlorGroup *group);
  json_t *(*customer) (const ParlorCustomer *customer);
  json_t *(*binding) (const ParlorBinding *binding);
  json_t *(*conversation) (const ParlorConversation *conversation);
  json_t *(*message) (const ParlorMessage *message);
  json_t *(*call) (const ParlorCall *call);
  json_t *(*job) (const ParlorJob *job);
  /** The brand with its name and ways as they are now; NULL = there is none of that id. */
  ParlorServiceBrand *(*brand) (const char *id, gpointer user_data);
  /** The brand's public card key; JSON null = it has none here. */
  json_t *(*card_key) (const char *brand, gpointer user_data);
  /** Signs this rep's card anew; FALSE = the brand's key is not here. */
  gboolean (*sign_card) (ParlorRep *rep, gpointer user_data);
  /** A card that the brand signed itself: until when it holds; FALSE = it does not. */
  gboolean (*check_card) (const char *brand, const char *card, const char *ref, gint64 *until_ms,
                          gpointer user_data);
  /** Keeps a picture's bytes under this id; FALSE = the disk does not take them. */
  gboolean (*keep_picture) (const char *id, const GByteArray *bytes, gpointer user_data);
  /** Forgets a customer everywhere; `done` comes later, once. */
  void (*erase) (ParlorCustomer *customer, ParlorRecordFlushed done, gpointer done_data,
                 gpointer user_data);
  /** A file descriptor (owned by the caller) and its size; -1 = there is none of that id. */
  int (*open_picture) (const char *id, guint64 *size, gpointer user_data);
  gpointer user_data;
} ParlorServiceSite;

G_END_DECLS
