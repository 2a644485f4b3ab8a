/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_media.h"

#include <string.h>

#include "base/error.h"

static void
set_event_func (ParlorMedia *media, ParlorMediaEventFunc func, gpointer user_data)
{
  FakeMedia *self = (FakeMedia *)media;
  self->event = func;
  self->event_data = user_data;
}

static void
check_open (ParlorMedia *media, ParlorEndpointId endpoint)
{
  FakeMedia *self = (FakeMedia *)media;
  g_assert_true (g_hash_table_contains (self->open, GUINT_TO_POINTER ((guint)endpoint)));
}

static ParlorEndpointId
open_endpoint (ParlorMedia *media, const ParlorEndpointSpec *spec, GError **error)
{
  FakeMedia *self = (FakeMedia *)media;
  if (self->refuse_open)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE, "the node is full");
      return 0;
    }
  self->last++;
  g_hash_table_add (self->open, GUINT_TO_POINTER ((guint)self->last));
  g_string_append_printf (self->log, "open %u %s%s\n", (guint)self->last, spec->label,
                          spec->hears_room ? " hears" : "");
  return self->last;
}

static void
give_slots (const ParlorMediaOffer *offer, ParlorMediaAnswer *answer)
{
  static const ParlorSlotInfo player[] = {{"0", PARLOR_SLOT_AUDIO}, {"1", PARLOR_SLOT_VIDEO}};
  answer->n_slots = offer->n_slots;
  for (guint i = 0; i < offer->n_slots; i++)
    {
      answer->slots[i].kind = offer->slots[i].kind;
      g_strlcpy (answer->slots[i].mid, offer->slots[i].mid, PARLOR_MID_SIZE);
    }
  if (offer->subscribe && offer->n_slots == 0)
    {
      memcpy (answer->slots, player, sizeof player);
      answer->n_slots = G_N_ELEMENTS (player);
    }
}

static gboolean
negotiate (ParlorMedia *media, ParlorEndpointId endpoint, const ParlorMediaOffer *offer,
           ParlorMediaAnswer *answer, GError **error)
{
  FakeMedia *self = (FakeMedia *)media;
  check_open (media, endpoint);
  self->offer = *offer;
  for (guint i = 0; i < offer->n_senders; i++)
    self->senders[i] = offer->senders[i];
  if (self->refuse_negotiate)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_UNPROCESSABLE, "line 3: no");
      return FALSE;
    }
  *answer = (ParlorMediaAnswer){.sdp = g_strdup ("v=0"), .ice_ufrag = g_strdup ("ufrag")};
  give_slots (offer, answer);
  for (guint i = 0; i < offer->n_senders; i++)
    answer->publishes[offer->senders[i].source] = offer->publish;
  if (offer->publish && offer->n_senders == 0)
    answer->publishes[PARLOR_SOURCE_MICROPHONE] = answer->publishes[PARLOR_SOURCE_CAMERA] = TRUE;
  answer->restarted = self->restarted;
  g_string_append_printf (self->log, "negotiate %u%s%s\n", (guint)endpoint,
                          offer->publish ? " publish" : "", offer->subscribe ? " subscribe" : "");
  return TRUE;
}

static gboolean
patch (ParlorMedia *media, ParlorEndpointId endpoint, const char *fragment, gsize length,
       char **answer_fragment, char **ice_ufrag, GError **error)
{
  check_open (media, endpoint);
  g_string_append_printf (((FakeMedia *)media)->log, "patch %u %.*s\n", (guint)endpoint,
                          (int)length, fragment);
  *answer_fragment = NULL;
  return TRUE;
}

static void
close_endpoint (ParlorMedia *media, ParlorEndpointId endpoint)
{
  check_open (media, endpoint);
  g_hash_table_remove (((FakeMedia *)media)->open, GUINT_TO_POINTER ((guint)endpoint));
  g_string_append_printf (((FakeMedia *)media)->log, "close %u\n", (guint)endpoint);
}

static void
select_source (ParlorMedia *media, ParlorEndpointId endpoint, guint slot, ParlorSourceRef source,
               guint height)
{
  check_open (media, endpoint);
  if (source.endpoint != 0)
    check_open (media, source.endpoint);
  const char *kind = source.endpoint != 0 ? parlor_source_kind_name (source.kind) : "nothing";
  g_string_append_printf (((FakeMedia *)media)->log, "select %u/%u = %u %s %u\n", (guint)endpoint,
                          slot, (guint)source.endpoint, kind, height);
}

static void
set_source_open (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind,
                 gboolean open)
{
  check_open (media, endpoint);
  g_string_append_printf (((FakeMedia *)media)->log, "%s %u %s\n", open ? "let" : "stop",
                          (guint)endpoint, parlor_source_kind_name (kind));
}

static const ParlorMediaOps ops = {
    .set_event_func = set_event_func,
    .open = open_endpoint,
    .negotiate = negotiate,
    .patch = patch,
    .close = close_endpoint,
    .select = select_source,
    .set_source_open = set_source_open,
};

void
fake_media_init (FakeMedia *media)
{
  *media = (FakeMedia){
      .parent.ops = &ops, .log = g_string_new (NULL), .open = g_hash_table_new (NULL, NULL)};
}

void
fake_media_clear (FakeMedia *media)
{
  g_hash_table_unref (media->open);
  g_string_free (media->log, TRUE);
}

void
fake_media_say (FakeMedia *media, const ParlorMediaEvent *event)
{
  media->event (event, media->event_data);
}
