/* Who asks for memory, how often, and what if there is none? */
#include "base/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Thread_local struct cmb_memory cmb_memory;

static bool may_have(void)
{
    uint64_t number = ++cmb_memory.asked;
    if (number - cmb_memory.refused_from >= cmb_memory.refuses) /* also where it is before that */
        return true;
    errno = ENOMEM;
    return false;
}

void *cmb_malloc(size_t size)
{
    return may_have() ? malloc(size) : NULL;
}

void *cmb_calloc(size_t count, size_t size)
{
    return may_have() ? calloc(count, size) : NULL;
}

void *cmb_realloc(void *old, size_t size)
{
    return may_have() ? realloc(old, size) : NULL;
}

void *cmb_reallocarray(void *old, size_t count, size_t size)
{
    return may_have() ? reallocarray(old, count, size) : NULL;
}

char *cmb_strdup(const char *text)
{
    return may_have() ? strdup(text) : NULL;
}

char *cmb_strndup(const char *text, size_t length)
{
    return may_have() ? strndup(text, length) : NULL;
}

int cmb_asprintf(char **ret, const char *format, ...)
{
    va_list values;
    if (!may_have())
        return -1;
    va_start(values, format);
    int length = vasprintf(ret, format, values);
    va_end(values);
    return length;
}
