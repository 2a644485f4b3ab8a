/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What lies in a recording's folder, as the handlers of recordings and of shares answer with it.
 * Manifests are kept parsed: a player asks for a file's parts many times a second.
 *
 * Thread: control.
 */
#pragma once

#include "http/site.h"

#include <sys/stat.h>

G_BEGIN_DECLS

ParlorManifests *parlor_manifests_new (void);
void parlor_manifests_free (ParlorManifests *manifests);

/** The recording that the path's first part names, of the caller's brand and not deleted; borrowed.
    NULL: the reply is 404, and the refusal stands in the audit log. */
const ParlorRecordingRow *parlor_site_find_recording (ParlorSite *site, ParlorHttpRequest *request,
                                                      ParlorHttpReply *reply);

/** A line "recording.refused" in a brand's audit log, at most 60 a minute; `brand` NULL = nowhere.
    `actor` "" = nobody of the brand. `object`: id of what was asked for; `link`: "shr_…" or "";
    `code`: why. */
void parlor_site_note_refusal (ParlorSite *site, const char *brand, const char *actor,
                               const char *object, const char *link, const char *code);

/** A file in the recording's folder: `name` is one of ours, never the client's. -1 = it is not
    there, or is no plain file, or its name leads elsewhere. */
int parlor_site_open_recorded (ParlorSite *site, const ParlorRecordingRow *row, const char *name,
                               struct stat *info);

/** Such a file to be read, in the clear or deciphered; NULL: it is not there, or its key is not. */
ParlorReader *parlor_site_read_recorded (ParlorSite *site, const ParlorRecordingRow *row,
                                         const char *name);

/** Answers with such a file, deciphered where it is enciphered; with one that lies elsewhere later,
    then of a range at most 2 MiB of it. FALSE: it is not there, nothing was answered. */
gboolean parlor_site_reply_recorded (ParlorSite *site, const ParlorHttpRequest *request,
                                     ParlorHttpReply *reply, const ParlorRecordingRow *row,
                                     const char *name, const char *type, const char *etag);

/** A reference to the manifest, not to be changed (json_decref () it); read again when the file on
    the disk is another one. NULL: not sealed yet, or damaged. */
json_t *parlor_site_manifest (ParlorSite *site, const ParlorRecordingRow *row);

/** The `files` entry of this number, borrowed; `number` as it stands in a path. NULL = none. */
const json_t *parlor_manifest_file (const json_t *manifest, const char *number);

/** The still of a marker, borrowed; NULL = none. */
const json_t *parlor_manifest_still (const json_t *manifest, const char *marker);

/** The media type of a file of the manifest; static. */
const char *parlor_site_track_type (const json_t *file);
/** Answers with a file of the manifest (200, 206, 304, 416); `file` NULL or gone: 404. */
void parlor_site_reply_track (ParlorSite *site, const ParlorHttpRequest *request,
                              ParlorHttpReply *reply, const ParlorRecordingRow *row,
                              const json_t *file);
void parlor_site_reply_still (ParlorSite *site, const ParlorHttpRequest *request,
                              ParlorHttpReply *reply, const ParlorRecordingRow *row,
                              const json_t *still);

/** What a list and a page say of it. */
json_t *parlor_recording_to_json (const ParlorRecordingRow *row);

G_END_DECLS
