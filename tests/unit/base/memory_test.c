/* Is the nth request for memory refused, and no other, and is each counted in its thread? */
#include "base/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "support/test.h"

static void refuses_the_nth_alone(void)
{
    cmb_memory_refuse(2, 1);
    CU_ASSERT(!cmb_memory_has_refused());
    void *first = cmb_malloc(8);
    errno = 0;
    void *second = cmb_calloc(1, 8);
    CU_ASSERT(errno == ENOMEM);
    void *third = cmb_strdup("third");
    CU_ASSERT(first && !second && third);
    CU_ASSERT(cmb_memory_has_refused());
    cmb_memory_refuse(0, 0);
    free(first);
    free(third);
}

static void what_was_there_stays_when_it_cannot_grow(void)
{
    char *text = cmb_strndup("kept, and more", 4);
    cmb_memory_refuse(1, 2);
    CU_ASSERT(cmb_realloc(text, 1 << 20) == NULL);
    CU_ASSERT(cmb_reallocarray(text, 1 << 10, 1 << 10) == NULL);
    char *again = cmb_strdup("again");
    CU_ASSERT(again != NULL);
    free(again);
    ASSERT_TEXT(text, "kept");
    free(text);
}

static void a_text_that_cannot_be_made_is_an_error(void)
{
    char *text = NULL;
    cmb_memory_refuse(1, 1);
    ASSERT_NUMBER(cmb_asprintf(&text, "%d", 7), -1);
    ASSERT_NUMBER(cmb_asprintf(&text, "%d", 7), 1);
    ASSERT_TEXT(text, "7");
    free(text);
}

static void *ask_twice(void *user)
{
    free(cmb_malloc(1));
    free(cmb_malloc(1));
    *(uint64_t *)user = cmb_memory.asked;
    return NULL;
}

static void threads_are_counted_apart(void)
{
    pthread_t thread;
    uint64_t other = 0, before = cmb_memory.asked;
    cmb_memory_refuse(1, 1);
    CU_ASSERT_FATAL(pthread_create(&thread, NULL, ask_twice, &other) == 0);
    pthread_join(thread, NULL);
    ASSERT_NUMBER(other, 2);
    ASSERT_NUMBER(cmb_memory.asked, before);
    CU_ASSERT(!cmb_memory_has_refused());
    cmb_memory_refuse(0, 0);
}

TEST_SUITE("base/memory", { "refuses the nth alone", refuses_the_nth_alone },
           { "what was there stays when it cannot grow", what_was_there_stays_when_it_cannot_grow },
           { "a text that cannot be made is an error", a_text_that_cannot_be_made_is_an_error },
           { "threads are counted apart", threads_are_counted_apart })
