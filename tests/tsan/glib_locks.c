/* SPDX-License-Identifier: Apache-2.0 */
/* What ThreadSanitizer cannot see of GLib, which is not built with it and whose locks are futexes:
 * to be put in front of it by LD_PRELOAD (`./dev tsan`). Each function does what GLib's does, and
 * says what has happened before what. */
#include <dlfcn.h>
#include <gst/gst.h>

/* Of libtsan, which the program brings. */
extern void __tsan_acquire (void *address);
extern void __tsan_release (void *address);

#define REAL(name)                                                                                 \
  static __typeof__ (&(name)) real;                                                                \
  if (real == NULL)                                                                                \
  real = (__typeof__ (&(name)))dlsym (RTLD_NEXT, #name)

#define LOCK(name, type)                                                                           \
  void name (type *lock)                                                                           \
  {                                                                                                \
    REAL (name);                                                                                   \
    real (lock);                                                                                   \
    __tsan_acquire (lock);                                                                         \
  }

#define UNLOCK(name, type)                                                                         \
  void name (type *lock)                                                                           \
  {                                                                                                \
    REAL (name);                                                                                   \
    __tsan_release (lock);                                                                         \
    real (lock);                                                                                   \
  }

#define TRYLOCK(name, type)                                                                        \
  gboolean name (type *lock)                                                                       \
  {                                                                                                \
    REAL (name);                                                                                   \
    gboolean ok = real (lock);                                                                     \
    if (ok)                                                                                        \
      __tsan_acquire (lock);                                                                       \
    return ok;                                                                                     \
  }

LOCK (g_mutex_lock, GMutex)
UNLOCK (g_mutex_unlock, GMutex)
TRYLOCK (g_mutex_trylock, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex)
UNLOCK (g_rec_mutex_unlock, GRecMutex)
TRYLOCK (g_rec_mutex_trylock, GRecMutex)
LOCK (g_rw_lock_writer_lock, GRWLock)
UNLOCK (g_rw_lock_writer_unlock, GRWLock)
TRYLOCK (g_rw_lock_writer_trylock, GRWLock)
LOCK (g_rw_lock_reader_lock, GRWLock)
UNLOCK (g_rw_lock_reader_unlock, GRWLock)
TRYLOCK (g_rw_lock_reader_trylock, GRWLock)

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait);
  __tsan_release (mutex);
  real (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  REAL (g_cond_wait_until);
  __tsan_release (mutex);
  gboolean ok = real (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return ok;
}

/* ---- queues: they lock inside ---- */

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  REAL (g_async_queue_push);
  __tsan_release (queue);
  real (queue, data);
}

gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  REAL (g_async_queue_pop);
  gpointer data = real (queue);
  __tsan_acquire (queue);
  return data;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  REAL (g_async_queue_try_pop);
  gpointer data = real (queue);
  __tsan_acquire (queue);
  return data;
}

gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout)
{
  REAL (g_async_queue_timeout_pop);
  gpointer data = real (queue, timeout);
  __tsan_acquire (queue);
  return data;
}

/* What is handed to a thread of a pool is freed there (GstTaskPool). */
gboolean
g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error)
{
  REAL (g_thread_pool_push);
  __tsan_release (data);
  return real (pool, data, error);
}

void
g_slice_free1 (gsize size, gpointer memory)
{
  REAL (g_slice_free1);
  if (memory != NULL)
    __tsan_acquire (memory);
  real (size, memory);
}

/* ---- counted references: whoever gives the last up has seen what the others did ---- */

#define UNREF(name, type)                                                                          \
  void name (type *object)                                                                         \
  {                                                                                                \
    REAL (name);                                                                                   \
    if (object != NULL)                                                                            \
      {                                                                                            \
        __tsan_release (object);                                                                   \
        __tsan_acquire (object);                                                                   \
      }                                                                                            \
    real (object);                                                                                 \
  }

UNREF (g_bytes_unref, GBytes)
UNREF (g_ptr_array_unref, GPtrArray)
UNREF (g_hash_table_unref, GHashTable)
UNREF (g_byte_array_unref, GByteArray)

/* The pool of batches asks for the count itself (plugins/batchpool.c). */
void
gst_mini_object_unref (GstMiniObject *object)
{
  REAL (gst_mini_object_unref);
  __tsan_release (&object->refcount);
  __tsan_acquire (&object->refcount);
  real (object);
}

#undef g_object_unref
UNREF (g_object_unref, void)
