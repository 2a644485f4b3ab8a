/* SPDX-License-Identifier: Apache-2.0 */
/* The media plane through the seam alone (room/media.h), with recorded offers; what the workers are
 * told is written down by recorder.c. */
#include <gst/gst.h>
#include <poll.h>
#include <string.h>

#include "media/plane.h"
#include "proto/sdp/offer.h"
#include "recorder.h"
#include "base/error.h"

typedef struct
{
  ParlorMediaPlane *plane;
  ParlorMedia *media;
  GArray *events;   /* ParlorMediaEvent */
  GPtrArray *rooms; /* char*: of those events */
} Fixture;

static void
take_event (const ParlorMediaEvent *event, gpointer user_data)
{
  Fixture *f = user_data;
  g_array_append_vals (f->events, event, 1);
  g_ptr_array_add (f->rooms, g_strdup (event->room));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const char *const announce[] = {"203.0.113.7", NULL};
  const ParlorMediaPlaneConfig config = {.n_workers = MAX (GPOINTER_TO_UINT (data) % 10, 1),
                                         .spread_from = GPOINTER_TO_UINT (data) / 10,
                                         .announce = announce,
                                         .max_endpoints = 4};
  g_autoptr (GError) error = NULL;
  recorder_reset ();
  f->plane = parlor_media_plane_new (&config, &error);
  g_assert_no_error (error);
  f->media = parlor_media_plane_get_media (f->plane);
  f->events = g_array_new (FALSE, FALSE, sizeof (ParlorMediaEvent));
  f->rooms = g_ptr_array_new_with_free_func (g_free);
  f->media->ops->set_event_func (f->media, take_event, f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_media_plane_free (f->plane);
  g_array_unref (f->events);
  g_ptr_array_unref (f->rooms);
}

static char *
read_sample (const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.sdp", SDP_DATA, name);
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static ParlorEndpointId
open_endpoint (Fixture *f, const char *room)
{
  const ParlorEndpointSpec spec = {.room = room, .label = "lin", .hears_room = TRUE};
  g_autoptr (GError) error = NULL;
  ParlorEndpointId id = f->media->ops->open (f->media, &spec, &error);
  g_assert_no_error (error);
  return id;
}

/* What the page names in `meeting`: see tests/data/sdp/README.md. */
static const ParlorSenderMap meeting_senders[] = {
    {"0", PARLOR_SOURCE_MICROPHONE},
    {"1", PARLOR_SOURCE_CAMERA},
    {"2", PARLOR_SOURCE_SCREEN},
    {"3", PARLOR_SOURCE_SCREEN_AUDIO},
};

static guint
list_meeting_slots (ParlorSlotMap slots[30])
{
  for (guint i = 0; i < 30; i++)
    {
      g_snprintf (slots[i].mid, sizeof slots[i].mid, "%u", 4 + i);
      slots[i].kind = i < 3     ? PARLOR_SLOT_AUDIO
                      : i < 28  ? PARLOR_SLOT_VIDEO
                      : i == 28 ? PARLOR_SLOT_SCREEN
                                : PARLOR_SLOT_SCREEN_AUDIO;
    }
  return 30;
}

static gboolean
negotiate_text (Fixture *f, ParlorEndpointId id, const char *sdp, gboolean is_meeting,
                ParlorMediaAnswer *answer, GError **error)
{
  ParlorSlotMap slots[30];
  ParlorMediaOffer offer = {
      .sdp = sdp, .sdp_length = strlen (sdp), .publish = TRUE, .subscribe = TRUE};
  if (is_meeting)
    {
      offer.senders = meeting_senders;
      offer.n_senders = G_N_ELEMENTS (meeting_senders);
      offer.slots = slots;
      offer.n_slots = list_meeting_slots (slots);
    }
  return f->media->ops->negotiate (f->media, id, &offer, answer, error);
}

static void
negotiate (Fixture *f, ParlorEndpointId id, const char *sample, ParlorMediaAnswer *answer)
{
  g_autofree char *sdp = read_sample (sample);
  g_autoptr (GError) error = NULL;
  negotiate_text (f, id, sdp, strstr (sample, "meeting") != NULL, answer, &error);
  g_assert_no_error (error);
}

/* `text` with each `from` replaced. */
static char *
replace (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);
  g_assert_cmpuint (g_strv_length (parts), >, 1);
  return g_strjoinv (to, parts);
}

/* The value of the first line that begins with `prefix`. */
static char *
get_line (const char *sdp, const char *prefix)
{
  const char *line = strstr (sdp, prefix);
  g_assert_nonnull (line);
  line += strlen (prefix);
  return g_strndup (line, strcspn (line, "\r\n"));
}

static void
dispatch_until (Fixture *f, guint n)
{
  while (f->events->len < n)
    {
      struct pollfd fd = {parlor_media_plane_get_fd (f->plane), POLLIN, 0};
      g_assert_cmpint (poll (&fd, 1, 2000), ==, 1);
      parlor_media_plane_dispatch (f->plane);
    }
}

static const ParlorMediaEvent *
get_event (Fixture *f, guint i)
{
  return &g_array_index (f->events, ParlorMediaEvent, i);
}

/* --- negotiation
 * -------------------------------------------------------------------------------------- */

static void
test_meeting_is_told_whole (Fixture *f, gconstpointer data)
{
  ParlorMediaAnswer answer;
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  g_autoptr (GHashTable) ssrcs = g_hash_table_new (NULL, NULL);
  negotiate (f, id, "chromium-meeting", &answer);
  g_assert_cmpuint (answer.n_slots, ==, 30);
  g_assert_cmpint (answer.slots[0].kind, ==, PARLOR_SLOT_AUDIO);
  g_assert_cmpstr (answer.slots[29].mid, ==, "33");
  g_assert_cmpint (answer.slots[29].kind, ==, PARLOR_SLOT_SCREEN_AUDIO);
  for (guint kind = PARLOR_SOURCE_MICROPHONE; kind < PARLOR_N_SOURCES; kind++)
    g_assert_true (answer.publishes[kind]);
  g_assert_false (answer.restarted);
  g_assert_cmpuint (recorder_wait (RECORD_ADD_SLOT, 30), ==, 30);
  for (guint i = 0; i < 30; i++)
    {
      Record slot = recorder_get (RECORD_ADD_SLOT, (gint)i);
      g_autofree char *line = g_strdup_printf ("a=ssrc:%u cname:", slot.slot_config.ssrc);
      g_assert_cmpuint (slot.slot_config.index, ==, i);
      g_assert_cmpstr (slot.slot_config.mid, ==, answer.slots[i].mid);
      g_assert_cmpint (slot.slot_config.automatic, ==, i < 3);
      g_assert_cmpint (slot.slot_config.rtx_ssrc != 0, ==, !slot.slot_config.audio);
      g_assert_true (g_hash_table_add (ssrcs, GUINT_TO_POINTER (slot.slot_config.ssrc)));
      g_assert_nonnull (strstr (answer.sdp, line));
    }
  g_assert_cmpuint (recorder_wait (RECORD_ADD_SOURCE, 4), ==, 4);
  parlor_media_answer_clear (&answer);
}

static void
test_payload_types_and_layers_are_the_peers (Fixture *f, gconstpointer data)
{
  ParlorMediaAnswer answer;
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  Record camera, microphone;
  negotiate (f, id, "chromium-meeting", &answer);
  parlor_media_answer_clear (&answer);
  microphone = recorder_get (RECORD_ADD_SOURCE, 0);
  g_assert_true (microphone.source.audio && microphone.source.speaks);
  g_assert_cmpuint (microphone.source.codecs[0].pt, ==, 111);
  g_assert_cmpuint (microphone.source.codecs[0].red_pt, ==, 63);
  g_assert_cmpuint (microphone.source.codecs[0].rtx_pt, ==, PARLOR_ROUTER_NO_PT);
  camera = recorder_get (RECORD_ADD_SOURCE, 1);
  g_assert_false (camera.source.audio);
  g_assert_cmpuint (camera.source.codecs[0].pt, ==, 96);
  g_assert_cmpuint (camera.source.codecs[0].rtx_pt, ==, 97);
  g_assert_cmpuint (parlor_codec_key_codec (camera.source.codecs[0].key), ==, PARLOR_CODEC_VP8);
  g_assert_true (camera.source.codecs[0].nack);
  g_assert_cmpuint (camera.source.n_layers, ==, 3);
  g_assert_cmpstr (camera.source.layers[2].rid, ==, "f");
  g_assert_cmpuint (recorder_get (RECORD_ADD_SOURCE, 2).source.layers[0].ssrc, ==, 4144085461u);
  g_assert_cmpuint (recorder_get (RECORD_ADD_SOURCE, 2).source.layers[0].rtx_ssrc, ==, 1404798019u);
}

static void
test_transport_has_the_peers_identity (Fixture *f, gconstpointer data)
{
  g_autofree char *sdp = read_sample ("chromium-publish");
  g_autoptr (ParlorSdpOffer) offer = parlor_sdp_offer_parse (sdp, strlen (sdp), NULL);
  ParlorMediaAnswer answer;
  g_autofree char *pwd = NULL;
  Record record;
  negotiate (f, open_endpoint (f, "rm_a"), "chromium-publish", &answer);
  record = recorder_get (RECORD_ADD_TRANSPORT, 0);
  g_assert_cmpstr (record.transport.remote_ufrag, ==, offer->ufrag);
  g_assert_cmpmem (record.transport.remote_fingerprint.bytes, 32, offer->fingerprint, 32);
  g_assert_cmpint (record.transport.dtls_role, ==, PARLOR_DTLS_SERVER);
  g_assert_true (record.transport.transport_cc);
  g_assert_cmpuint (record.transport.ext_ids[PARLOR_EXT_MID], ==, offer->ext_ids[PARLOR_EXT_MID]);
  g_assert_cmpstr (record.transport.local.ufrag, ==, answer.ice_ufrag);
  g_assert_cmpint (parlor_ice_ufrag_worker (answer.ice_ufrag, strlen (answer.ice_ufrag)), ==,
                   record.worker);
  pwd = get_line (answer.sdp, "a=ice-pwd:");
  g_assert_cmpstr (record.transport.local.pwd, ==, pwd);
  parlor_media_answer_clear (&answer);
}

static void
test_candidates_begin_with_the_announced (Fixture *f, gconstpointer data)
{
  ParlorMediaAnswer answer;
  g_autofree char *first = NULL,
                  *port = g_strdup_printf (" %u typ host", parlor_media_plane_get_port (f->plane));
  negotiate (f, open_endpoint (f, "rm_a"), "firefox-publish", &answer);
  first = get_line (answer.sdp, "a=candidate:");
  g_assert_nonnull (strstr (first, " 203.0.113.7 "));
  g_assert_nonnull (strstr (first, port));
  g_assert_nonnull (strstr (answer.sdp, " 127.0.0.1 "));
  g_assert_null (strstr (answer.sdp, " fe80"));
  g_assert_nonnull (strstr (answer.sdp, "a=ice-lite"));
  parlor_media_answer_clear (&answer);
}

static void
test_every_recorded_offer_is_answered (Fixture *f, gconstpointer data)
{
  static const char *const samples[] = {
      "chromium-datachannel", "chromium-publish",   "chromium-recvonly",
      "chromium-sendrecv",    "chromium-simulcast", "firefox-datachannel",
      "firefox-publish",      "firefox-recvonly",   "firefox-sendrecv",
      "firefox-simulcast",    "obs-whip",           "safari-recvonly",
      "safari-sendrecv",      "webrtcbin-publish",  "webrtcbin-recvonly",
      "webrtcbin-audio-only", "firefox-meeting",    "obs-simulcast",
      "encoder-profiles-rtx", "safari-12",          "safari-14"};
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      ParlorEndpointId id = open_endpoint (f, "rm_a");
      ParlorMediaAnswer answer;
      g_test_message ("%s", samples[i]);
      negotiate (f, id, samples[i], &answer);
      g_assert_true (g_str_has_prefix (answer.sdp, "v=0"));
      parlor_media_answer_clear (&answer);
      f->media->ops->close (f->media, id);
    }
  g_assert_cmpuint (recorder_wait (RECORD_REMOVE_TRANSPORT, G_N_ELEMENTS (samples)), ==,
                    G_N_ELEMENTS (samples));
}

static void
test_whip_is_microphone_and_camera (Fixture *f, gconstpointer data)
{
  g_autofree char *sdp = read_sample ("obs-whip");
  const ParlorMediaOffer offer = {.sdp = sdp, .sdp_length = strlen (sdp), .publish = TRUE};
  ParlorMediaAnswer answer;
  g_assert_true (
      f->media->ops->negotiate (f->media, open_endpoint (f, "rm_a"), &offer, &answer, NULL));
  g_assert_true (answer.publishes[PARLOR_SOURCE_MICROPHONE]
                 && answer.publishes[PARLOR_SOURCE_CAMERA]);
  g_assert_false (answer.publishes[PARLOR_SOURCE_SCREEN]);
  g_assert_cmpuint (answer.n_slots, ==, 0);
  g_assert_nonnull (strstr (answer.sdp, "a=recvonly"));
  g_assert_null (strstr (answer.sdp, "a=ssrc:"));
  parlor_media_answer_clear (&answer);
}

static void
test_whep_is_one_stream (Fixture *f, gconstpointer data)
{
  g_autofree char *sdp = read_sample ("chromium-recvonly");
  const ParlorMediaOffer offer = {.sdp = sdp, .sdp_length = strlen (sdp), .subscribe = TRUE};
  ParlorMediaAnswer answer;
  g_auto (GStrv) streams = NULL;
  g_assert_true (
      f->media->ops->negotiate (f->media, open_endpoint (f, "rm_a"), &offer, &answer, NULL));
  g_assert_cmpuint (answer.n_slots, ==, 2);
  g_assert_cmpint (answer.slots[0].kind, ==, PARLOR_SLOT_AUDIO);
  g_assert_cmpint (answer.slots[1].kind, ==, PARLOR_SLOT_VIDEO);
  streams = g_strsplit (answer.sdp, "a=msid:stage ", -1);
  g_assert_cmpuint (g_strv_length (streams), ==, 3);
  parlor_media_answer_clear (&answer);
}

static void
test_publish_refused_is_inactive (Fixture *f, gconstpointer data)
{
  g_autofree char *sdp = read_sample ("chromium-sendrecv");
  ParlorMediaOffer offer = {.sdp = sdp, .sdp_length = strlen (sdp)};
  ParlorMediaAnswer answer;
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  g_assert_true (f->media->ops->negotiate (f->media, id, &offer, &answer, NULL));
  g_assert_nonnull (strstr (answer.sdp, "a=inactive"));
  g_assert_null (strstr (answer.sdp, "a=recvonly"));
  g_assert_null (strstr (answer.sdp, "a=sendrecv"));
  parlor_media_answer_clear (&answer);
  recorder_get (RECORD_ADD_TRANSPORT, 0);
  g_assert_cmpuint (recorder_count (RECORD_ADD_SOURCE), ==, 0);
}

static void
test_extra_senders_of_whip_get_port_0 (Fixture *f, gconstpointer data)
{
  g_autofree char *sdp = read_sample ("chromium-meeting");
  const ParlorMediaOffer offer = {.sdp = sdp, .sdp_length = strlen (sdp), .publish = TRUE};
  ParlorMediaAnswer answer;
  g_auto (GStrv) rejected = NULL;
  g_assert_true (
      f->media->ops->negotiate (f->media, open_endpoint (f, "rm_a"), &offer, &answer, NULL));
  rejected = g_strsplit (answer.sdp, "m=video 0 ", -1);
  g_assert_cmpuint (g_strv_length (rejected), ==, 2);
  parlor_media_answer_clear (&answer);
}

static void
assert_refused (Fixture *f, const char *sdp, const ParlorSenderMap *senders, gint code,
                const char *word)
{
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  const ParlorMediaOffer offer = {.sdp = sdp,
                                  .sdp_length = strlen (sdp),
                                  .senders = senders,
                                  .n_senders = senders ? 1 : 0,
                                  .publish = TRUE};
  g_autoptr (GError) error = NULL;
  ParlorMediaAnswer answer;
  g_assert_false (f->media->ops->negotiate (f->media, id, &offer, &answer, &error));
  g_assert_error (error, PARLOR_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_cmpuint (recorder_count (RECORD_ADD_TRANSPORT), ==, 0);
  f->media->ops->close (f->media, id);
}

static void
test_impossible_offers_say_which_line (Fixture *f, gconstpointer data)
{
  static const ParlorSenderMap unknown_mid = {"77", PARLOR_SOURCE_CAMERA},
                               wrong_kind = {"0", PARLOR_SOURCE_CAMERA};
  g_autofree char *sdp = read_sample ("chromium-publish");
  assert_refused (f, "hello", NULL, PARLOR_ERROR_BAD_REQUEST, "line 1");
  assert_refused (f, sdp, &unknown_mid, PARLOR_ERROR_UNPROCESSABLE, "77");
  assert_refused (f, sdp, &wrong_kind, PARLOR_ERROR_UNPROCESSABLE, "line 8");
}

static void
test_refused_offer_leaves_the_session (Fixture *f, gconstpointer data)
{
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  g_autoptr (GError) error = NULL;
  ParlorMediaAnswer answer;
  negotiate (f, id, "chromium-publish", &answer);
  parlor_media_answer_clear (&answer);
  g_assert_false (negotiate_text (f, id, "v=0\r\nnonsense", FALSE, &answer, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
  f->media->ops->set_source_open (f->media, id, PARLOR_SOURCE_CAMERA, FALSE);
  g_assert_false (recorder_get (RECORD_OPEN_SOURCE, 0).open);
  g_assert_cmpuint (recorder_count (RECORD_REMOVE_TRANSPORT), ==, 0);
}

/* --- restart and replacement
 * ---------------------------------------------------------------------------- */

static void
test_new_credentials_restart_ice (Fixture *f, gconstpointer data)
{
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  g_autofree char *sdp = read_sample ("chromium-meeting"),
                  *old_ufrag = get_line (sdp, "a=ice-ufrag:");
  g_autofree char *from = g_strdup_printf ("a=ice-ufrag:%s", old_ufrag),
                  *again = replace (sdp, from, "a=ice-ufrag:neu1");
  ParlorMediaAnswer first, second;
  g_autoptr (GError) error = NULL;
  g_autofree char *ssrc_first = NULL, *ssrc_second = NULL;
  negotiate (f, id, "chromium-meeting", &first);
  g_assert_true (negotiate_text (f, id, again, TRUE, &second, &error));
  g_assert_true (second.restarted);
  g_assert_cmpuint (second.n_slots, ==, 30);
  g_assert_true (second.publishes[PARLOR_SOURCE_SCREEN]);
  g_assert_cmpstr (second.ice_ufrag, !=, first.ice_ufrag);
  ssrc_first = get_line (first.sdp, "a=ssrc:");
  ssrc_second = get_line (second.sdp, "a=ssrc:");
  g_assert_cmpstr (ssrc_first, ==, ssrc_second);
  g_assert_cmpstr (recorder_get (RECORD_RESTART_ICE, 0).text, ==, "neu1");
  g_assert_cmpstr (recorder_get (RECORD_RESTART_ICE, 0).transport.local.ufrag, ==,
                   second.ice_ufrag);
  g_assert_cmpuint (recorder_count (RECORD_ADD_TRANSPORT), ==, 1);
  parlor_media_answer_clear (&first);
  parlor_media_answer_clear (&second);
}

static void
test_same_offer_again_changes_nothing (Fixture *f, gconstpointer data)
{
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  ParlorMediaAnswer first, second;
  negotiate (f, id, "firefox-publish", &first);
  negotiate (f, id, "firefox-publish", &second);
  g_assert_cmpstr (first.ice_ufrag, ==, second.ice_ufrag);
  g_assert_true (second.restarted);
  parlor_media_answer_clear (&first);
  parlor_media_answer_clear (&second);
  f->media->ops->close (f->media, id);
  recorder_get (RECORD_REMOVE_TRANSPORT, 0);
  g_assert_cmpuint (recorder_count (RECORD_RESTART_ICE), ==, 0);
}

static void
test_restart_without_an_m_line_is_refused (Fixture *f, gconstpointer data)
{
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  g_autofree char *sdp = read_sample ("chromium-publish"), *other = NULL, *third = NULL;
  g_autoptr (GError) error = NULL;
  ParlorMediaAnswer answer;
  negotiate (f, id, "chromium-publish", &answer);
  parlor_media_answer_clear (&answer);
  other = replace (sdp, "a=mid:1\r\n", "a=mid:9\r\n");
  third = replace (other, "BUNDLE 0 1", "BUNDLE 0 9");
  g_assert_false (negotiate_text (f, id, third, FALSE, &answer, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_UNPROCESSABLE);
}

static void
test_other_fingerprint_replaces_the_session (Fixture *f, gconstpointer data)
{
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  ParlorMediaAnswer answer;
  negotiate (f, id, "chromium-publish", &answer);
  parlor_media_answer_clear (&answer);
  negotiate (f, id, "firefox-publish", &answer);
  g_assert_false (answer.restarted);
  parlor_media_answer_clear (&answer);
  g_assert_cmpuint (recorder_get (RECORD_REMOVE_TRANSPORT, 0).id, ==,
                    recorder_get (RECORD_ADD_TRANSPORT, 0).id);
  g_assert_cmpuint (recorder_wait (RECORD_ADD_TRANSPORT, 2), ==, 2);
  g_assert_cmpuint (recorder_wait (RECORD_ADD_SOURCE, 4), ==, 4);
  g_assert_cmpuint (recorder_count (RECORD_REMOVE_SOURCE), ==, 2);
}

static void
test_patch_takes_candidates_and_restarts (Fixture *f, gconstpointer data)
{
  static const char candidates[] =
      "a=mid:0\r\na=candidate:1 1 udp 2130706431 192.0.2.9 5000 typ host\r\n";
  static const char restart[] = "a=ice-ufrag:neu2\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\nm=audio "
                                "9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n";
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  g_autoptr (GError) error = NULL;
  g_autofree char *fragment = NULL, *ufrag = NULL;
  ParlorMediaAnswer answer;
  g_assert_false (f->media->ops->patch (f->media, id, candidates, strlen (candidates), &fragment,
                                        &ufrag, &error));
  g_clear_error (&error);
  negotiate (f, id, "chromium-publish", &answer);
  g_assert_true (f->media->ops->patch (f->media, id, candidates, strlen (candidates), &fragment,
                                       &ufrag, &error));
  g_assert_null (fragment);
  g_assert_true (
      f->media->ops->patch (f->media, id, restart, strlen (restart), &fragment, &ufrag, &error));
  g_assert_no_error (error);
  g_assert_nonnull (strstr (fragment, "a=candidate:"));
  g_assert_nonnull (strstr (fragment, ufrag));
  g_assert_cmpstr (ufrag, !=, answer.ice_ufrag);
  g_assert_cmpstr (recorder_get (RECORD_RESTART_ICE, 0).text, ==, "neu2");
  parlor_media_answer_clear (&answer);
}

/* --- selection, mute, events
 * ----------------------------------------------------------------------------- */

static void
test_selection_waits_for_the_source (Fixture *f, gconstpointer data)
{
  ParlorEndpointId speaker = open_endpoint (f, "rm_a"), viewer = open_endpoint (f, "rm_a"),
                   stranger = open_endpoint (f, "rm_b");
  ParlorMediaAnswer answer;
  Record camera;
  negotiate (f, viewer, "chromium-recvonly", &answer);
  parlor_media_answer_clear (&answer);
  negotiate (f, stranger, "firefox-publish", &answer);
  parlor_media_answer_clear (&answer);
  f->media->ops->select (f->media, viewer, 1, (ParlorSourceRef){stranger, PARLOR_SOURCE_CAMERA}, 0);
  g_assert_cmpuint (recorder_get (RECORD_SELECT, 0).other, ==, 0);
  f->media->ops->select (f->media, viewer, 1, (ParlorSourceRef){speaker, PARLOR_SOURCE_CAMERA},
                         360);
  g_assert_cmpuint (recorder_get (RECORD_SELECT, 1).other, ==, 0);
  negotiate (f, speaker, "chromium-publish", &answer);
  parlor_media_answer_clear (&answer);
  camera = recorder_get (RECORD_ADD_SOURCE, 3);
  g_assert_false (camera.source.audio);
  g_assert_cmpuint (recorder_get (RECORD_SELECT, 2).other, ==, camera.id);
  g_assert_cmpuint (recorder_get (RECORD_SELECT, 2).height, ==, 360);
  f->media->ops->select (f->media, viewer, 99, (ParlorSourceRef){speaker, PARLOR_SOURCE_CAMERA}, 0);
  f->media->ops->close (f->media, viewer);
  recorder_get (RECORD_REMOVE_TRANSPORT, 0);
  g_assert_cmpuint (recorder_count (RECORD_SELECT), ==, 3);
}

static void
test_events_name_people (Fixture *f, gconstpointer data)
{
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  ParlorRouterEvent event = {0};
  ParlorMediaAnswer answer;
  Record transport, microphone;
  negotiate (f, id, "chromium-meeting", &answer);
  parlor_media_answer_clear (&answer);
  transport = recorder_get (RECORD_ADD_TRANSPORT, 0);
  microphone = recorder_get (RECORD_ADD_SOURCE, 0);
  event = (ParlorRouterEvent){.type = PARLOR_ROUTER_CONNECTED, .transport = transport.id};
  recorder_say (&event);
  event = (ParlorRouterEvent){
      .type = PARLOR_ROUTER_SOURCE_ACTIVE, .source = microphone.id, .codec = PARLOR_CODEC_OPUS};
  recorder_say (&event);
  event = (ParlorRouterEvent){.type = PARLOR_ROUTER_SPEAKING,
                              .room = transport.transport.room,
                              .n_speaking = 2,
                              .speaking = {microphone.id, 99999}};
  recorder_say (&event);
  event = (ParlorRouterEvent){.type = PARLOR_ROUTER_SLOT_SHOWN,
                              .transport = transport.id,
                              .slot = 3,
                              .source = microphone.id,
                              .has_rtp = TRUE,
                              .rtp_timestamp = 77};
  recorder_say (&event);
  event = (ParlorRouterEvent){
      .type = PARLOR_ROUTER_QUALITY, .transport = transport.id, .rtt_ms = 40, .loss_up = 0.25f};
  recorder_say (&event);
  f->media->ops->set_source_open (f->media, id, PARLOR_SOURCE_CAMERA, FALSE);
  dispatch_until (f, 5);
  g_assert_cmpint (get_event (f, 0)->type, ==, PARLOR_MEDIA_CONNECTED);
  g_assert_cmpuint (get_event (f, 0)->endpoint, ==, id);
  g_assert_cmpint (get_event (f, 1)->source.kind, ==, PARLOR_SOURCE_MICROPHONE);
  g_assert_cmpstr (get_event (f, 1)->codec, ==, "opus");
  g_assert_cmpuint (get_event (f, 1)->endpoint, ==, id);
  g_assert_cmpstr (f->rooms->pdata[2], ==, "rm_a");
  g_assert_cmpuint (get_event (f, 2)->n_speaking, ==, 1);
  g_assert_cmpuint (get_event (f, 2)->speaking[0], ==, id);
  g_assert_cmpuint (get_event (f, 3)->slot, ==, 3);
  g_assert_true (get_event (f, 3)->has_rtp);
  g_assert_cmpuint (get_event (f, 3)->rtp_timestamp, ==, 77);
  g_assert_cmpint (get_event (f, 4)->quality.rtt_ms, ==, 40);
  g_assert_cmpfloat (get_event (f, 4)->quality.loss_up, ==, 0.25);
}

static void
test_nothing_comes_of_who_has_gone (Fixture *f, gconstpointer data)
{
  ParlorEndpointId id = open_endpoint (f, "rm_a"), other = open_endpoint (f, "rm_a");
  ParlorRouterEvent event = {0};
  ParlorMediaAnswer answer;
  negotiate (f, id, "chromium-publish", &answer);
  parlor_media_answer_clear (&answer);
  negotiate (f, other, "firefox-publish", &answer);
  parlor_media_answer_clear (&answer);
  event = (ParlorRouterEvent){.type = PARLOR_ROUTER_FAILED,
                              .transport = recorder_get (RECORD_ADD_TRANSPORT, 0).id};
  recorder_say (&event);
  event.transport = recorder_get (RECORD_ADD_TRANSPORT, 1).id;
  recorder_say (&event);
  f->media->ops->close (f->media, id);
  f->media->ops->close (f->media, id);
  dispatch_until (f, 1);
  g_assert_cmpuint (get_event (f, 0)->endpoint, ==, other);
}

static void
test_full_node_says_so (Fixture *f, gconstpointer data)
{
  const ParlorEndpointSpec spec = {.room = "rm_a", .label = "x"};
  g_autoptr (GError) error = NULL;
  for (guint i = 0; i < 4; i++)
    open_endpoint (f, "rm_a");
  g_assert_cmpuint (f->media->ops->open (f->media, &spec, &error), ==, 0);
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE);
}

static void
test_room_is_on_one_worker_and_rooms_are_spread (Fixture *f, gconstpointer data)
{
  const char *rooms[4] = {"rm_a", "rm_b", "rm_a", "rm_b"};
  for (guint i = 0; i < 4; i++)
    {
      ParlorMediaAnswer answer;
      negotiate (f, open_endpoint (f, rooms[i]), "firefox-publish", &answer);
      parlor_media_answer_clear (&answer);
      recorder_wait (RECORD_ADD_TRANSPORT, i + 1);
    }
  g_assert_cmpuint (recorder_get (RECORD_ADD_TRANSPORT, 0).worker, ==,
                    recorder_get (RECORD_ADD_TRANSPORT, 2).worker);
  g_assert_cmpuint (recorder_get (RECORD_ADD_TRANSPORT, 1).worker, ==,
                    recorder_get (RECORD_ADD_TRANSPORT, 3).worker);
  g_assert_cmpuint (recorder_get (RECORD_ADD_TRANSPORT, 0).worker, !=,
                    recorder_get (RECORD_ADD_TRANSPORT, 1).worker);
}

/* Where the record with this id is, of those of a type; -1 = nowhere. */
static gint
find_record (RecordType type, guint64 id, guint worker)
{
  for (guint i = 0; i < recorder_count (type); i++)
    {
      Record record = recorder_get (type, (gint)i);
      if (record.id == id && record.worker == worker)
        return (gint)i;
    }
  return -1;
}

static ParlorEndpointId
open_viewer (Fixture *f)
{
  g_autofree char *sdp = read_sample ("chromium-recvonly");
  const ParlorMediaOffer offer = {.sdp = sdp, .sdp_length = strlen (sdp), .subscribe = TRUE};
  ParlorEndpointId id = open_endpoint (f, "rm_a");
  ParlorMediaAnswer answer;
  g_assert_true (f->media->ops->negotiate (f->media, id, &offer, &answer, NULL));
  parlor_media_answer_clear (&answer);
  return id;
}

static void
show_camera (Fixture *f, ParlorEndpointId viewer, ParlorEndpointId of)
{
  f->media->ops->select (f->media, viewer, 1, (ParlorSourceRef){of, PARLOR_SOURCE_CAMERA}, 0);
}

/* With two people a worker: the third of a room is on the other one, and finds its sources there.
 */
static void
test_large_room_grows_over_to_the_next_worker (Fixture *f, gconstpointer data)
{
  ParlorMediaAnswer answer;
  ParlorEndpointId publisher = open_endpoint (f, "rm_a"), viewers[2], late;
  Record camera, mirror, relay, late_camera;
  guint home, other;
  negotiate (f, publisher, "chromium-publish", &answer);
  parlor_media_answer_clear (&answer);
  viewers[0] = open_viewer (f);
  recorder_wait (RECORD_ADD_TRANSPORT, 2);
  g_assert_cmpuint (recorder_count (RECORD_ADD_MIRROR), ==, 0);
  viewers[1] = open_viewer (f);
  recorder_wait (RECORD_ADD_TRANSPORT, 3);
  home = recorder_get (RECORD_ADD_TRANSPORT, 0).worker;
  other = recorder_get (RECORD_ADD_TRANSPORT, 2).worker;
  g_assert_cmpuint (recorder_get (RECORD_ADD_TRANSPORT, 1).worker, ==, home);
  g_assert_cmpuint (other, !=, home);

  /* Both sources were there already; the mirror is told whose they are and in which words. */
  g_assert_cmpuint (recorder_wait (RECORD_ADD_MIRROR, 2), ==, 2);
  g_assert_cmpuint (recorder_wait (RECORD_SET_RELAY, 2), ==, 2);
  camera = recorder_get (RECORD_ADD_SOURCE, 1);
  mirror = recorder_get (RECORD_ADD_MIRROR, find_record (RECORD_ADD_MIRROR, camera.id, other));
  relay = recorder_get (RECORD_SET_RELAY, find_record (RECORD_SET_RELAY, camera.id, home));
  g_assert_cmpuint (mirror.other, ==, home);
  g_assert_cmpuint (mirror.source.codecs[0].pt, ==, camera.source.codecs[0].pt);
  g_assert_cmpuint (mirror.source.n_layers, ==, camera.source.n_layers);
  g_assert_true (relay.open && relay.slot == other);

  /* He who sits there selects the mirror. */
  show_camera (f, viewers[1], publisher);
  recorder_wait (RECORD_SELECT, 1);
  g_assert_cmpint (find_record (RECORD_SELECT, recorder_get (RECORD_ADD_TRANSPORT, 2).id, other),
                   >=, 0);
  g_assert_cmpuint (recorder_get (RECORD_SELECT, -1).other, ==, camera.id);

  /* What is published there later has its mirror at home, muted on both. */
  late = open_endpoint (f, "rm_a");
  negotiate (f, late, "chromium-publish", &answer);
  parlor_media_answer_clear (&answer);
  g_assert_cmpuint (recorder_wait (RECORD_ADD_MIRROR, 4), ==, 4);
  late_camera = recorder_get (RECORD_ADD_SOURCE, 3);
  g_assert_cmpuint (late_camera.worker, ==, other);
  g_assert_cmpint (find_record (RECORD_ADD_MIRROR, late_camera.id, home), >=, 0);
  f->media->ops->set_source_open (f->media, late, PARLOR_SOURCE_CAMERA, FALSE);
  g_assert_cmpuint (recorder_wait (RECORD_OPEN_SOURCE, 2), ==, 2);
  g_assert_cmpint (find_record (RECORD_OPEN_SOURCE, late_camera.id, home), >=, 0);
  g_assert_cmpint (find_record (RECORD_OPEN_SOURCE, late_camera.id, other), >=, 0);

  /* The last one there has gone: no mirrors without people. */
  f->media->ops->close (f->media, late);
  g_assert_cmpuint (recorder_wait (RECORD_REMOVE_SOURCE, 4), ==, 4);
  f->media->ops->close (f->media, viewers[1]);
  g_assert_cmpuint (recorder_wait (RECORD_REMOVE_SOURCE, 6), ==, 6);
  g_assert_cmpint (find_record (RECORD_REMOVE_SOURCE, camera.id, other), >=, 0);
  g_assert_cmpint (find_record (RECORD_REMOVE_SOURCE, camera.id, home), ==, -1);
  recorder_wait (RECORD_SET_RELAY, 6);
  g_assert_false (recorder_get (RECORD_SET_RELAY, -1).open);
  f->media->ops->close (f->media, viewers[0]);
  f->media->ops->close (f->media, publisher);
}

static void
note_metric (gpointer user_data, const char *name, const char *label, const char *label_value,
             double value)
{
  g_autofree char *key = label ? g_strdup_printf ("%s{%s=%s}", name, label, label_value)
                               : g_strdup (name);
  g_assert_true (g_hash_table_insert (user_data, g_steal_pointer (&key), NULL));
}

static void
test_metrics_have_the_contracts_names (Fixture *f, gconstpointer data)
{
  static const char *const names[] = {"parlor_packets_received_total",
                                      "parlor_packets_forwarded_total",
                                      "parlor_packets_retransmitted_total",
                                      "parlor_socket_overflow_total",
                                      "parlor_packets_dropped_total{reason=auth}",
                                      "parlor_worker_cpu_seconds_total{worker=0}",
                                      "parlor_worker_cpu_seconds_total{worker=1}"};
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  parlor_media_plane_foreach_metric (f->plane, note_metric, found);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_true (g_hash_table_contains (found, names[i]));
}

/* With tens: so many people of a room a worker. */
#define ADD(name, workers, func)                                                                   \
  g_test_add ("/media/plane/" name, Fixture, GUINT_TO_POINTER (workers), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  ADD ("meeting-is-told-whole", 1, test_meeting_is_told_whole);
  ADD ("payload-types-and-layers-are-the-peers", 1, test_payload_types_and_layers_are_the_peers);
  ADD ("transport-has-the-peers-identity", 2, test_transport_has_the_peers_identity);
  ADD ("candidates-begin-with-the-announced", 1, test_candidates_begin_with_the_announced);
  ADD ("every-recorded-offer-is-answered", 1, test_every_recorded_offer_is_answered);
  ADD ("whip-is-microphone-and-camera", 1, test_whip_is_microphone_and_camera);
  ADD ("whep-is-one-stream", 1, test_whep_is_one_stream);
  ADD ("publish-refused-is-inactive", 1, test_publish_refused_is_inactive);
  ADD ("extra-senders-of-whip-get-port-0", 1, test_extra_senders_of_whip_get_port_0);
  ADD ("impossible-offers-say-which-line", 1, test_impossible_offers_say_which_line);
  ADD ("refused-offer-leaves-the-session", 1, test_refused_offer_leaves_the_session);
  ADD ("new-credentials-restart-ice", 1, test_new_credentials_restart_ice);
  ADD ("same-offer-again-changes-nothing", 1, test_same_offer_again_changes_nothing);
  ADD ("restart-without-an-m-line-is-refused", 1, test_restart_without_an_m_line_is_refused);
  ADD ("other-fingerprint-replaces-the-session", 1, test_other_fingerprint_replaces_the_session);
  ADD ("patch-takes-candidates-and-restarts", 1, test_patch_takes_candidates_and_restarts);
  ADD ("selection-waits-for-the-source", 1, test_selection_waits_for_the_source);
  ADD ("events-name-people", 1, test_events_name_people);
  ADD ("nothing-comes-of-who-has-gone", 1, test_nothing_comes_of_who_has_gone);
  ADD ("full-node-says-so", 1, test_full_node_says_so);
  ADD ("room-is-on-one-worker-and-rooms-are-spread", 2,
       test_room_is_on_one_worker_and_rooms_are_spread);
  ADD ("large-room-grows-over-to-the-next-worker", 22,
       test_large_room_grows_over_to_the_next_worker);
  ADD ("metrics-have-the-contracts-names", 2, test_metrics_have_the_contracts_names);
  return g_test_run ();
}
