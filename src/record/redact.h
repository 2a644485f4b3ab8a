/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A person leaves a sealed recording: his tracks, the stills of his screens, what he wrote, his
 * name. What stays of him are ids ("pt_…") in the consents, with the versions of the texts that he
 * was asked by. The manifest that is left says what was removed, when and by which erasure, not of
 * whom:
 *
 *     "revision":2,"erasures":[{"id":"era_…","at":…,"before":"<sha256 of the manifest before>",
 *       "removed":{"files":[1,4],"bytes":…,"stills":1,"chat":3,"markers":1,"names":1}}]
 *
 * Markers that he wrote keep their instant, kind and versions; their words go. Others' words stay,
 * also where they speak of him.
 *
 * The first half is pure JSON; the second works on a folder, any thread, one at a time a folder.
 */
#pragma once

#include <jansson.h>

#include "record/seal.h"
#include "secure/vault.h"

G_BEGIN_DECLS

/** Beside the files: names of those that were removed so, a line each. Their copies go too
 * (record/away.h). */
#define PARLOR_ERASED_NAME "erased"

/** Whom: everybody of this identity, or who this participant was, also when he came in again. One
 * of the two is not NULL. */
typedef struct
{
  const char *identity, *participant;
} ParlorRedactWho;

/** What is his. */
typedef struct
{
  GPtrArray *ids, *names, *identities; /**< owned texts */
  GPtrArray *paths;                    /**< of files and stills, owned texts */
  GHashTable *numbers;                 /**< of files: GUINT_TO_POINTER */
  guint files, stills, chat, markers;
  gint64 bytes;
} ParlorRedaction;

/** What of this manifest is his; never NULL. */
ParlorRedaction *parlor_redaction_new (const json_t *manifest, const ParlorRedactWho *who);
void parlor_redaction_free (ParlorRedaction *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorRedaction, parlor_redaction_free)
/** Nothing of him is there. */
gboolean parlor_redaction_is_empty (const ParlorRedaction *self);

/** The manifest without him (transfer full); `before`: sha256 of the one before. */
json_t *parlor_redaction_manifest (const ParlorRedaction *self, const json_t *manifest,
                                   const char *erasure, gint64 at_ms, const char *before);
/** Changes an entry of the journal. FALSE: it goes. */
gboolean parlor_redaction_entry (const ParlorRedaction *self, json_t *entry);
/** A transcript's cues (room/recording_rows.h) without his. Changes `cues`; how many went. */
guint parlor_redaction_cues (const ParlorRedaction *self, json_t *cues);

typedef struct
{
  const char *folder;      /**< the recording's */
  const guint8 *vault_key; /**< as in record/safe.h */
  ParlorRedactWho who;
  const char *erasure;        /**< "era_…" */
  gint64 at_ms;               /**< wall clock */
  const ParlorSealer *sealer; /**< of the new manifest */
} ParlorRedactSpec;

/** Of the recording as it is now. */
typedef struct
{
  char sha256[65]; /**< of the manifest */
  gint64 files, bytes;
  char *people, *words; /**< owned, a line each, for the search; NULL = none */
} ParlorRedacted;

/** Reads the manifest; NULL: it cannot be read. Needs neither erasure, time nor sealer. */
ParlorRedaction *parlor_redact_look (const ParlorRedactSpec *spec);
/**
 * Removes what is his: files first, then journal, manifest and signature. Whatever ends it in the
 * middle, the same call made again finishes it. FALSE: G_FILE_ERROR; what went is gone.
 */
gboolean parlor_redact (const ParlorRedactSpec *spec, ParlorRedacted *out, GError **error);
void parlor_redacted_clear (ParlorRedacted *redacted);

G_END_DECLS
