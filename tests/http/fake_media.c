/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_media.h"

#include "base/error.h"

#include <string.h>
#include <unistd.h>

static void
set_event_func (ParlorMedia *media, ParlorMediaEventFunc func, gpointer user_data)
{
  FakeMedia *fake = (FakeMedia *)media;
  fake->event = func;
  fake->event_data = user_data;
}

static ParlorEndpointId
open_endpoint (ParlorMedia *media, const ParlorEndpointSpec *spec, GError **error)
{
  FakeMedia *fake = (FakeMedia *)media;
  fake->n_open++;
  return fake->last_endpoint = ++fake->next_endpoint;
}

static gboolean
holds (const char *text, gsize length, const char *word)
{
  return g_strstr_len (text, (gssize)length, word) != NULL;
}

static gboolean
negotiate (ParlorMedia *media, ParlorEndpointId endpoint, const ParlorMediaOffer *offer,
           ParlorMediaAnswer *answer, GError **error)
{
  FakeMedia *fake = (FakeMedia *)media;
  gboolean good = offer->sdp_length >= 3 && !memcmp (offer->sdp, "v=0", 3);
  gboolean possible = good && !holds (offer->sdp, offer->sdp_length, "impossible");
  if (!possible)
    {
      g_set_error_literal (error, PARLOR_ERROR,
                           good ? PARLOR_ERROR_UNPROCESSABLE : PARLOR_ERROR_BAD_REQUEST,
                           good ? "line 2: impossible" : "line 1: not v=0");
      return FALSE;
    }
  *answer = (ParlorMediaAnswer){.n_slots = MIN (offer->n_slots, PARLOR_MAX_SLOTS)};
  /* As a real one's, its length follows the offer's. */
  answer->sdp = offer->sdp_length > 1000 ? g_strndup (offer->sdp, offer->sdp_length)
                                         : g_strdup ("v=0\r\ns=answer\r\n");
  answer->ice_ufrag = g_strdup_printf ("uf%u", ++fake->n_negotiated);
  for (guint i = 0; i < answer->n_slots; i++)
    {
      memcpy (answer->slots[i].mid, offer->slots[i].mid, PARLOR_MID_SIZE);
      answer->slots[i].kind = offer->slots[i].kind;
    }
  /* A player of WHEP says its slots by the offer alone. */
  if (offer->subscribe && !offer->publish && !holds (offer->sdp, offer->sdp_length, "sendonly"))
    answer->n_slots = MAX (answer->n_slots, 1);
  gboolean sends = offer->publish && !holds (offer->sdp, offer->sdp_length, "recvonly");
  answer->publishes[PARLOR_SOURCE_MICROPHONE] = answer->publishes[PARLOR_SOURCE_CAMERA] = sends;
  fake->last_senders = offer->n_senders;
  fake->last_slots = offer->n_slots;
  return TRUE;
}

static gboolean
patch (ParlorMedia *media, ParlorEndpointId endpoint, const char *fragment, gsize length,
       char **answer_fragment, char **ice_ufrag, GError **error)
{
  FakeMedia *fake = (FakeMedia *)media;
  if (holds (fragment, length, "garbage"))
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "line 1: garbage");
      return FALSE;
    }
  *answer_fragment = NULL;
  *ice_ufrag = NULL;
  if (!holds (fragment, length, "restart"))
    return TRUE;
  *answer_fragment = g_strdup ("a=ice-ufrag:new\r\n");
  *ice_ufrag = g_strdup_printf ("uf%u", ++fake->n_negotiated);
  return TRUE;
}

static void
close_endpoint (ParlorMedia *media, ParlorEndpointId endpoint)
{
  ((FakeMedia *)media)->n_open--;
}

static void
select_source (ParlorMedia *media, ParlorEndpointId endpoint, guint slot, ParlorSourceRef source,
               guint height)
{
}

static void
set_source_open (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind,
                 gboolean open)
{
}

static gboolean
tap_open (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind, int fd,
          GError **error)
{
  static const char packet[] = "\0\4rtp!";
  gboolean sent = write (fd, packet, sizeof packet - 1) > 0;
  close (fd);
  return sent;
}

static gboolean
inject_open (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind, const char *caps,
             int fd, GError **error)
{
  close (fd);
  return TRUE;
}

void
fake_media_init (FakeMedia *fake)
{
  static const ParlorMediaOps ops = {
      .set_event_func = set_event_func,
      .open = open_endpoint,
      .negotiate = negotiate,
      .patch = patch,
      .close = close_endpoint,
      .select = select_source,
      .set_source_open = set_source_open,
      .tap_open = tap_open,
      .inject_open = inject_open,
  };
  *fake = (FakeMedia){.media = {&ops}};
}
