/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who of the open sockets is whose desk: the sockets of a rep (his console's tabs) and those of a
 * visitor (his page), so that a notice of the service domain reaches them.
 *
 * Thread: control.
 */
#pragma once

#include "service/service.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct _ParlorDesk ParlorDesk;
typedef struct _ParlorSession ParlorSession;
typedef struct _ParlorRecordSink ParlorRecordSink;

/** What the desk asks of the app, which alone knows rooms and keys. */
typedef struct
{
  /** A token for the room of a call (transfer full); `identity` is the rep's or the customer's id.
   */
  char *(*make_token) (const char *room, const char *identity, const char *name, gboolean rep,
                       gpointer user_data);
  gpointer user_data;
} ParlorDeskApp;

/** `service` and `records` (nullable) are borrowed; they may go before the desk, which then only
    is freed. */
ParlorDesk *parlor_desk_new (ParlorService *service, ParlorRecordSink *records,
                             const ParlorDeskApp *app);
void parlor_desk_free (ParlorDesk *desk);

/** The domain says something: every socket it is for gets it. BOUND waits for the disk. */
void parlor_desk_notice (ParlorDesk *desk, const ParlorServiceNotice *notice);

G_END_DECLS
