/* base/memory.h - the one door through which the core asks for memory.
 *
 * The functions are the library's of the same names, and what they return is freed by free().  Each
 * thread counts how often it has asked, so that every stage of a way can tell what it took
 * (metrics/stages.h); and tests have the nth one fail.  Libraries have their own doors, and so have
 * GLib's users in config and the command. [any thread]
 */
#ifndef CMB_BASE_MEMORY_H
#define CMB_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *cmb_malloc(size_t size);
void *cmb_calloc(size_t count, size_t size);
void *cmb_realloc(void *old, size_t size);
void *cmb_reallocarray(void *old, size_t count, size_t size);
char *cmb_strdup(const char *text);
char *cmb_strndup(const char *text, size_t length);
__attribute__((format(printf, 2, 3))) int cmb_asprintf(char **ret, const char *format, ...);

/* Of this thread alone. */
struct cmb_memory {
    uint64_t asked;                  /* how often, so far */
    uint64_t refused_from, refuses;  /* see cmb_memory_refuse */
};
extern _Thread_local struct cmb_memory cmb_memory __attribute__((tls_model("initial-exec")));

/* For tests: of this thread's next requests the nth (from 1) and those behind it, `count` in all, get
 * nothing; 0: none is refused any more. */
static inline void cmb_memory_refuse(uint64_t nth, uint64_t count)
{
    cmb_memory.refused_from = cmb_memory.asked + nth;
    cmb_memory.refuses = count;
}

/* Whether one was refused since that was said. */
static inline bool cmb_memory_has_refused(void)
{
    return cmb_memory.refuses && cmb_memory.asked >= cmb_memory.refused_from;
}

#endif
