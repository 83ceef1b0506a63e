/* Who waits for which record, and when are they told? */
#include "base/fail.h"
#include "order/journal_inner.h"

static void add_wait(struct cmb_journal *journal, struct cmb_journal_wait *wait, uint64_t number)
{
    wait->number = number;
    wait->next = NULL;
    wait->link = journal->waits_end;
    *journal->waits_end = wait;
    journal->waits_end = &wait->next;
}

void cmb_journal_forget(struct cmb_journal *journal, struct cmb_journal_wait *wait)
{
    if (!wait->link)
        return;
    *wait->link = wait->next;
    if (wait->next)
        wait->next->link = wait->link;
    else
        journal->waits_end = wait->link;
    wait->link = NULL;
}

int cmb_journal_when_durable(struct cmb_journal *journal, uint64_t number,
                             struct cmb_journal_wait *wait, struct cambist_error *error)
{
    if (number <= journal->promised)
        return CAMBIST_OK;
    if (number >= journal->next)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "record %llu is not written",
                        (unsigned long long)number);
    if (journal->has_failed)
        return cmb_journal_refuse(journal, error);
    add_wait(journal, wait, number);
    cmb_journal_work_want_sync(journal);
    return CAMBIST_AGAIN;
}

/* What the work has got done: the mark first, so that a promise leaves a trace before it is made.
 */
static void learn(struct cmb_journal *journal)
{
    struct cmb_journal_work *work = &journal->work;
    pthread_mutex_lock(&work->lock);
    uint64_t synced = work->synced;
    if (work->has_failed)
        cmb_journal_fail(journal, &work->failure);
    pthread_mutex_unlock(&work->lock);
    if (synced <= journal->promised)
        return;
    journal->promised = synced;
    if (!journal->has_failed)
        cmb_journal_write_mark(journal, NULL);
}

void cmb_journal_on_post(struct cmb_post *post, void *user)
{
    (void)post;
    struct cmb_journal *journal = user;
    struct cmb_journal_wait *wait;
    learn(journal);
    while ((wait = journal->waits) && (wait->number <= journal->promised || journal->has_failed)) {
        bool is_safe = wait->number <= journal->promised;
        cmb_journal_forget(journal, wait);
        wait->on_durable(wait, is_safe ? CAMBIST_OK : CAMBIST_JOURNAL, wait->user);
    }
}
