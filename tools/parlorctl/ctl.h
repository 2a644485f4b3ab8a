/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of parlorctl. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* What the command line said; main.c. */
extern char *ctl_data_dir, *ctl_after, *ctl_brand, *ctl_to, *ctl_reason;
extern gint64 ctl_defer_h; /* 0 = not said */
extern gboolean ctl_json, ctl_off, ctl_end, ctl_follow;

/* Prints a line to standard error; always EXIT_FAILURE. */
int ctl_fail (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* The daemon's socket; -1: the reason was printed. */
int ctl_connect (void);
gboolean ctl_write_all (int fd, const char *data, gsize length);
/* Sends the request (taken) and returns the answer (transfer full); NULL: the reason was printed.
 */
json_t *ctl_ask (int fd, json_t *request);

/* Prints every object of an answer, a line a field; main.c. */
void ctl_print_reply (json_t *reply);
/* Asks (takes the request), and prints the list `name` of the answer: as JSON, or by `print`. */
int ctl_list (int fd, json_t *request, const char *name, void (*print) (const json_t *one));

/* things.c; `words` begins with the command. */
int ctl_reps (int fd, char **words);
int ctl_rep (int fd, char **words);
int ctl_recordings (int fd, char **words);
int ctl_recording (int fd, char **words);

/* operate.c; `words` begins with the command. */
int ctl_rooms (int fd, char **words);
int ctl_participants (int fd, char **words);
int ctl_events (int fd, char **words);
int ctl_drain (int fd, char **words);

/* verify.c; `folder` nullable; `key` NULL: whoever signed it. */
int ctl_verify (const char *folder, const char *key);

/* completion.c; `shell` nullable. */
int ctl_completion (const char *shell);
