/* support/allocations.h - how often is memory asked for, and by whom; and what if there is none?
 *
 * Included by one file of a program, it stands before malloc.  What is linked statically is ours;
 * libraries are others.
 */
#ifndef TEST_SUPPORT_ALLOCATIONS_H
#define TEST_SUPPORT_ALLOCATIONS_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
#define TEST_CANNOT_COUNT /* a sanitizer has its own malloc */
#endif

__attribute__((unused)) static atomic_long test_allocations_ours, test_allocations_others;

#ifndef TEST_CANNOT_COUNT
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
extern char __executable_start, etext;

/* The how manyth of ours in this thread, from now on, fails; 0: none.  Counts down. */
__attribute__((unused)) static _Thread_local long test_allocation_fails;

static bool test_may_allocate_(const void *caller)
{
    bool is_ours = (const char *)caller >= &__executable_start && (const char *)caller < &etext;
    atomic_fetch_add_explicit(is_ours ? &test_allocations_ours : &test_allocations_others, 1,
                              memory_order_relaxed);
    if (!is_ours || test_allocation_fails == 0 || --test_allocation_fails != 0)
        return true;
    errno = ENOMEM;
    return false;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    return test_may_allocate_(__builtin_return_address(0)) ? __libc_malloc(size) : NULL;
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
    return test_may_allocate_(__builtin_return_address(0)) ? __libc_calloc(count, size) : NULL;
}

__attribute__((visibility("default"))) void *realloc(void *old, size_t size)
{
    return test_may_allocate_(__builtin_return_address(0)) ? __libc_realloc(old, size) : NULL;
}
#endif

#endif
