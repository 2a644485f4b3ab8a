/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown in a conversation besides words: the brand's materials, people's pictures. */
#include "service/private.h"

#include <string.h>

#define TITLE_MAX 200
#define URL_BYTES 2000
#define MATERIALS_MAX 5000
#define UPLOADS_MAX 100 /* of one conversation */
/* Anybody who taps is a customer, so what one may fill, and all of a brand's together, has an end.
 */
#define CUSTOMER_BYTES (100 * G_GINT64_CONSTANT (1000000))
#define BRAND_BYTES (20 * G_GINT64_CONSTANT (1000000000))
/* A picture that was sent and never said. */
#define UNSAID_MS (3600 * G_GINT64_CONSTANT (1000))

void
material_free (gpointer data)
{
  ParlorMaterial *material = data;
  g_free (material->title);
  g_free (material->url);
  g_free (material);
}

/* ---- materials ------------------------------------------------------------------------------- */

static void
put_material (const ParlorMaterial *material)
{
  ParlorMaterialRow row = {
      .id = (char *)material->id,
      .brand = (char *)material->brand->id,
      .title = material->title,
      .url = material->url,
      .version = material->version,
      .changed_ms = material->changed_ms,
      .withdrawn = material->withdrawn,
  };
  service_put (material->brand->service, &parlor_material_kind, &row);
}

gboolean
is_link (const char *url)
{
  gsize length = strlen (url);
  if (length > URL_BYTES || !g_str_has_prefix (url, "https://") || !url[8])
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if ((guchar)url[i] <= 0x20 || (guchar)url[i] >= 0x7f || strchr ("\"<>\\^`{|}", url[i]))
      return FALSE;
  return TRUE;
}

static ParlorMaterial *
material_new (ParlorServiceBrand *brand, const char *id)
{
  ParlorMaterial *material = g_new0 (ParlorMaterial, 1);
  material->brand = brand;
  if (id)
    g_strlcpy (material->id, id, sizeof material->id);
  else
    parlor_id_make ("mat", &brand->service->spec.random, material->id);
  g_hash_table_insert (brand->service->materials, material->id, material);
  g_ptr_array_add (brand->materials, material);
  return material;
}

const ParlorMaterial *
parlor_service_put_material (ParlorServiceBrand *brand, const ParlorMaterialSpec *spec,
                             ParlorMoment now, GError **error)
{
  ParlorMaterial *material = spec->id ? g_hash_table_lookup (brand->service->materials, spec->id)
                                      : NULL;
  const char *wanted = spec->title ? spec->title : material ? material->title : NULL;
  g_autofree char *title = parlor_text_line (wanted, TITLE_MAX, "title", error);
  const char *url = spec->url ? spec->url : material ? material->url : NULL;
  if (!title)
    return NULL;
  gboolean good = url && is_link (url) && (!material || material->brand == brand);
  if (!good || (!material && brand->materials->len >= MATERIALS_MAX))
    {
      service_refuse (error, good ? PARLOR_ERROR_TOO_MANY : PARLOR_ERROR_BAD_REQUEST,
                      good ? "A brand has 5,000 materials."
                           : "url is an https address of at most 2,000 bytes.");
      return NULL;
    }
  if (!material)
    material = material_new (brand, spec->id);
  if (g_strcmp0 (material->url, url))
    material->version++;
  replace_text (&material->title, title);
  if (url != material->url)
    replace_text (&material->url, url);
  if (spec->withdrawn >= 0)
    material->withdrawn = spec->withdrawn != 0;
  material->changed_ms = now.wall_ms;
  put_material (material);
  return material;
}

const ParlorMaterial *
parlor_service_material (ParlorService *service, const char *id)
{
  return id ? g_hash_table_lookup (service->materials, id) : NULL;
}

char *
material_data (const ParlorMaterial *material, const char *edition, gboolean unconfirmed)
{
  GString *data = g_string_new (NULL);
  g_string_append_printf (data,
                          "{\"material\":\"%s\",\"version\":%" G_GINT64_FORMAT
                          ",\"link\":\"/f/%s/%" G_GINT64_FORMAT "\",\"title\":",
                          material->id, material->version, material->id, material->version);
  append_json (data, material->title);
  if (edition)
    {
      g_string_append (data, ",\"edition\":");
      append_json (data, edition);
    }
  if (unconfirmed)
    g_string_append (data, ",\"unconfirmed\":true");
  g_string_append_c (data, '}');
  return g_string_free (data, FALSE);
}

/* ---- pictures -------------------------------------------------------------------------------- */

const char *
picture_type (const char *name)
{
  static const char *const types[] = {"image/jpeg", "image/png", "image/webp"};
  for (guint i = 0; name && i < G_N_ELEMENTS (types); i++)
    if (!strcmp (types[i], name))
      return types[i];
  return NULL;
}

void
upload_keep (ParlorUpload *upload)
{
  ParlorConversation *conversation = upload->conversation;
  ParlorServiceBrand *brand = conversation->customer->brand;
  conversation->n_uploads++;
  conversation->upload_bytes += upload->bytes;
  brand->upload_bytes += upload->bytes;
  g_hash_table_insert (brand->service->uploads, upload->id, upload);
}

void
upload_uncount (const ParlorUpload *upload)
{
  ParlorConversation *conversation = upload->conversation;
  conversation->n_uploads--;
  conversation->upload_bytes -= upload->bytes;
  conversation->customer->brand->upload_bytes -= upload->bytes;
}

static gboolean
has_place (const ParlorConversation *conversation, gint64 bytes)
{
  const ParlorCustomer *customer = conversation->customer;
  gint64 sum = bytes;
  for (const ParlorBinding *binding = customer->bindings; binding;
       binding = binding->next_of_customer)
    if (binding->conversation && binding->conversation->binding == binding)
      sum += binding->conversation->upload_bytes;
  return conversation->n_uploads < UPLOADS_MAX && sum <= CUSTOMER_BYTES
         && customer->brand->upload_bytes + bytes <= BRAND_BYTES;
}

static void
put_upload (const ParlorUpload *upload)
{
  ParlorUploadRow row = {.id = (char *)upload->id,
                         .conversation = upload->conversation->id,
                         .type = (char *)upload->type,
                         .width = upload->width,
                         .height = upload->height,
                         .bytes = upload->bytes,
                         .at_ms = upload->at_ms,
                         .said = upload->said};
  service_put (upload->conversation->customer->brand->service, &parlor_upload_kind, &row);
}

/* What was not yet is not swept from now on, after a restart neither. */
static void
say_upload (ParlorUpload *upload)
{
  if (upload->said)
    return;
  upload->said = TRUE;
  put_upload (upload);
}

const ParlorUpload *
parlor_service_put_upload (ParlorConversation *conversation, const char *type, guint width,
                           guint height, gint64 bytes, ParlorMoment now, GError **error)
{
  ParlorService *service = conversation->customer->brand->service;
  const char *known = picture_type (type);
  if (!known || !has_place (conversation, bytes))
    {
      service_refuse (error, known ? PARLOR_ERROR_TOO_MANY : PARLOR_ERROR_BAD_REQUEST,
                      known ? "There are too many pictures in this conversation."
                            : "That is no picture.");
      return NULL;
    }
  ParlorUpload *upload = g_new0 (ParlorUpload, 1);
  parlor_id_make ("upl", &service->spec.random, upload->id);
  upload->conversation = conversation;
  upload->type = known;
  upload->width = width;
  upload->height = height;
  upload->bytes = bytes;
  upload->at_ms = now.wall_ms;
  upload_keep (upload);
  put_upload (upload);
  return upload;
}

void
parlor_service_drop_upload (ParlorService *service, const char *id)
{
  ParlorUpload *upload = g_hash_table_lookup (service->uploads, id);
  ParlorUploadRow key = {.id = (char *)id};
  if (!upload)
    return;
  service_remove (service, &parlor_upload_kind, &key);
  upload_uncount (upload);
  g_hash_table_remove (service->uploads, id);
}

GPtrArray *
parlor_service_sweep_uploads (ParlorService *service, ParlorMoment now)
{
  GPtrArray *unsaid = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, service->uploads);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!((ParlorUpload *)value)->said && now.wall_ms - ((ParlorUpload *)value)->at_ms >= UNSAID_MS)
      g_ptr_array_add (unsaid, g_strdup (((ParlorUpload *)value)->id));
  for (guint i = 0; i < unsaid->len; i++)
    parlor_service_drop_upload (service, unsaid->pdata[i]);
  return unsaid;
}

guint
parlor_service_n_uploads (const ParlorService *service)
{
  return g_hash_table_size (service->uploads);
}

const ParlorUpload *
parlor_service_upload (ParlorService *service, const char *id)
{
  return id ? g_hash_table_lookup (service->uploads, id) : NULL;
}

/* ---- in a message ---------------------------------------------------------------------------- */

static gboolean
picture_data (const ParlorSaySpec *spec, char **data, GError **error)
{
  ParlorService *service = spec->conversation->customer->brand->service;
  ParlorUpload *upload = spec->shown ? g_hash_table_lookup (service->uploads, spec->shown) : NULL;
  if (!upload || upload->conversation != spec->conversation)
    return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such picture here.");
  *data = g_strdup_printf ("{\"upload\":\"%s\",\"width\":%u,\"height\":%u}", upload->id,
                           upload->width, upload->height);
  say_upload (upload);
  if (!g_strcmp0 (spec->conversation->still, upload->id)) /* a message's from now on */
    replace_text (&spec->conversation->still, NULL);
  return TRUE;
}

gboolean
parlor_service_still (ParlorConversation *conversation, const char *id, GError **error)
{
  ParlorService *service = conversation->customer->brand->service;
  ParlorUpload *upload = id ? g_hash_table_lookup (service->uploads, id) : NULL,
               *before = conversation->still
                             ? g_hash_table_lookup (service->uploads, conversation->still)
                             : NULL;
  if (!upload || upload->conversation != conversation)
    return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such picture here.");
  if (upload->said)
    return upload == before
           || service_refuse (error, PARLOR_ERROR_CONFLICT, "It stands in a message.");
  if (before)
    { /* swept at once: a page shows one after the other */
      before->said = FALSE;
      before->at_ms = 0;
      put_upload (before);
    }
  say_upload (upload);
  replace_text (&conversation->still, id);
  put_conversation (conversation);
  conversation_notice (conversation);
  return TRUE;
}

/* What stands on the shelf, as it stands there now: no page says what it costs or looks like. */
static gboolean
product_data (const ParlorSaySpec *spec, char **data, GError **error)
{
  ParlorServiceBrand *brand = spec->conversation->customer->brand;
  const ParlorServiceSpec *service = &brand->service->spec;
  if (!service->product)
    return TRUE;
  *data = service->product (brand->id, spec->data, service->user_data);
  return *data || service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "A product has a sku.");
}

gboolean
shown_data (const ParlorSaySpec *spec, const char *kind, char **data, GError **error)
{
  ParlorServiceBrand *brand = spec->conversation->customer->brand;
  if (!strcmp (kind, "image"))
    return picture_data (spec, data, error);
  if (!strcmp (kind, "product"))
    return product_data (spec, data, error);
  if (strcmp (kind, "material"))
    return TRUE;
  const ParlorMaterial *material = parlor_service_material (brand->service, spec->shown);
  if (!material || material->brand != brand)
    return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such material.");
  if (material->withdrawn)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "This material was withdrawn.");
  *data = material_data (material, spec->edition, spec->unconfirmed);
  return TRUE;
}
