/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The stills of a recording's markers: made soon after the marker, while the recording goes on, by
 * a thread of its own that rests as long as it works; so a recording that ends waits for those of
 * its last seconds alone. Each is named in the journal with its sum and the instant it shows.
 *
 * Any thread of the recorder; _finish () and _free () by one, after the last _wake ().
 */
#pragma once

#include "record/ledger.h"

G_BEGIN_DECLS

/** So old is a marker before its picture is looked for: what comes later is out of order beyond
 * what record/reorder.h waits for. */
#define PARLOR_GALLERY_SETTLE_MS 2000

typedef struct _ParlorGallery ParlorGallery;

/** All borrowed but `folder`; the room's clock as in ParlorRecordTrackSpec. */
typedef struct
{
  const char *folder;
  ParlorLedger *ledger;
  const guint8 *vault_key; /**< nullable */
  gint64 room_ms, mono_us;
} ParlorGallerySpec;

ParlorGallery *parlor_gallery_new (const ParlorGallerySpec *spec);
/** Ends its thread, after the pictures that it is at. NULL is ignored. */
void parlor_gallery_free (ParlorGallery *self);

/** There is, or may be, a marker without a picture. Files up to `after_n` are of an earlier
 * process: they are looked at when they are finished. */
void parlor_gallery_wake (ParlorGallery *self, guint after_n);
/** All files are finished and nobody else calls any more: its thread ends, all that lack are made
 * here, and what shows another instant by now, or is named nowhere, goes. */
void parlor_gallery_finish (ParlorGallery *self);

G_END_DECLS
