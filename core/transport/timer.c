/* How are thousands of deadlines kept, when nearly all of them are taken back? */
#include "transport/timer.h"

static void set(struct cmb_timer **link, struct cmb_timer *timer)
{
    *link = timer;
    if (timer)
        timer->link = link;
}

/* Joins two heaps; the tops have no siblings. */
static struct cmb_timer *meld(struct cmb_timer *a, struct cmb_timer *b)
{
    if (!a || !b)
        return a ? a : b;
    if (b->due_ns < a->due_ns) {
        struct cmb_timer *swap = a;
        a = b;
        b = swap;
    }
    set(&b->next, a->child);
    set(&a->child, b);
    return a;
}

/* Joins siblings to one heap: in pairs from the left, then the pairs from the right, which is what
 * keeps the heap shallow. */
static struct cmb_timer *meld_siblings(struct cmb_timer *timer)
{
    struct cmb_timer *pairs = NULL;
    while (timer) {
        struct cmb_timer *second = timer->next;
        struct cmb_timer *rest = second ? second->next : NULL;
        timer->next = NULL;
        if (second)
            second->next = NULL;
        struct cmb_timer *pair = meld(timer, second);
        pair->next = pairs;
        pairs = pair;
        timer = rest;
    }
    struct cmb_timer *top = NULL;
    while (pairs) {
        struct cmb_timer *rest = pairs->next;
        pairs->next = NULL;
        top = meld(top, pairs);
        pairs = rest;
    }
    return top;
}

void cmb_timers_add(struct cmb_timers *timers, struct cmb_timer *timer)
{
    timer->child = timer->next = NULL;
    set(&timers->first, meld(timers->first, timer));
}

void cmb_timers_remove(struct cmb_timers *timers, struct cmb_timer *timer)
{
    set(timer->link, timer->next);
    struct cmb_timer *orphans = meld_siblings(timer->child);
    if (orphans)
        set(&timers->first, meld(timers->first, orphans));
    timer->child = timer->next = NULL;
    timer->link = NULL;
}
