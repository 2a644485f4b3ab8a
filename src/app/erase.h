/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A customer is forgotten everywhere: by the service's memory at once, then his messages, calls,
 * comments and touches in the store, his pictures' files, and his words in the log of events and in
 * what waits to be sent; last, when all that is gone from the disk, which devices were his. Tried
 * again after a failure it finds the rest.  Thread: control.
 */
#pragma once

#include "base/record.h"
#include "service/service.h"

G_BEGIN_DECLS

/** Everything borrowed; the callbacks may come after the call, the store's closing included. */
typedef struct
{
  /** A g_rc_box of which each erasure holds a reference; NULL in it: the service has ended. */
  ParlorService **service;
  ParlorRecordSink *records; /**< nullable: nothing is on the disk */
  const char *data_dir;      /**< of the pictures */
  /** Nullable: what is in memory of this visitor ("vis_…"). */
  void (*forget_visitor) (const char *visitor, gpointer user_data);
  /** Nullable: what is kept elsewhere under his names, which he still has: put before they go, so
      that whoever finds them gone from the disk finds this gone too. */
  void (*forget_customer) (const ParlorCustomer *customer, gpointer user_data);
  gpointer forget_data;
  /** Nullable: the log of events. */
  void (*elsewhere) (const char *customer, ParlorRecordFlushed done, gpointer done_data,
                     gpointer user_data);
  gpointer elsewhere_data;
  ParlorRecordFlushed done; /**< once: everything is gone from the disk, or the store was closed */
  gpointer done_data;
} ParlorEraseSpec;

void parlor_erase (const ParlorEraseSpec *spec, ParlorCustomer *customer, ParlorMoment now);

G_END_DECLS
