/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What goes between the daemon and `parlor-recorder`: a SOCK_SEQPACKET pair or connection, one JSON
 * object a message, file descriptors beside it. The recorder has it as descriptor
 * PARLOR_RECORDER_FD, which is also where systemd puts the connection of a unit with Accept=yes.
 *
 *     -> {"t":"open","recording":"rec_…","folder":"/…","room_ms":…,"mono_us":…,"reason":"…",
 *         "begin":{"room":…,"title":…,"brand":…,"started_at":…}}
 *     -> {"t":"track","recording":…,"participant":"pt_…","source":"camera","codecs":"96=VP8/90000"}
 * + fd
 *     -> {"t":"untrack","recording":…,"participant":…,"source":…}
 *     -> {"t":"note","recording":…,"entry":{"t":"chat","room_ms":…,…}}
 *     -> {"t":"seal","recording":…}
 *     <- {"t":"ready","pid":…}
 *     <- {"t":"writing","recording":…,"track":"pt_…/camera","n":1,"room_ms":…}
 *     <- {"t":"failed","recording":…,"track":…,"reason":"disk_full|read_only|io_error|…"}
 *     <- {"t":"mended","recording":…,"track":…}
 *     <- {"t":"sealed","recording":…,"sha256":…,"from_ms":…,"to_ms":…,"files":…}
 *     <- {"t":"unsealed","recording":…}
 *
 * Of an enciphered recording "open" has "vault_key" (base64) and, until its file is there,
 * "wrapped_key" for it (record/keeper.h). room_ms at mono_us is how the recorder knows the room's
 * clock: both processes have the same CLOCK_MONOTONIC. The end of the socket ends the recorder: it
 * closes its files, which play as they are. Functions: any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

#define PARLOR_RECORDER_FD 3
#define PARLOR_WIRE_MESSAGE_MAX (128 * 1024)

typedef enum
{
  PARLOR_WIRE_OK,
  PARLOR_WIRE_LATER, /**< the socket is full */
  PARLOR_WIRE_GONE,  /**< the other side has ended */
} ParlorWireResult;

/** Whose process is at the other end (who called socketpair () or connect (), or for who connects:
 * listen ()), its effective user then; -1: that is not to be known. */
gint64 parlor_wire_peer (int socket);
/** Sends `text` with `fd` (-1 = none) beside it; `fd` stays the caller's. Never waits. */
ParlorWireResult parlor_wire_send (int socket, const char *text, gsize length, int fd);
/** One message (transfer full); *fd is the caller's, -1 = none came. NULL with LATER or GONE; with
 * OK: it was no JSON object and is skipped. Never waits. */
json_t *parlor_wire_receive (int socket, int *fd, ParlorWireResult *result);

G_END_DECLS
