/* How are old records replaced by what still counts of them? */
#include "base/fail.h"
#include "order/journal_inner.h"

static int append_checkpoint(struct cmb_journal *journal, uint64_t first,
                             struct cambist_error *error)
{
    unsigned char payload[8];
    cmb_journal_checkpoint_format(first, payload);
    return cmb_journal_append(journal, CMB_JOURNAL_CHECKPOINT,
                              (struct cmb_text){ (const char *)payload, sizeof payload }, NULL,
                              error);
}

int cmb_journal_checkpoint(struct cmb_journal *journal, cmb_journal_state_fn write_state,
                           void *user, struct cambist_error *error)
{
    if (journal->mode == CMB_JOURNAL_OFF)
        return CAMBIST_OK;
    if (journal->has_failed)
        return cmb_journal_refuse(journal, error);
    if (journal->flags)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "a checkpoint within a checkpoint");
    int status = cmb_journal_roll(journal, CMB_JOURNAL_HEADER_CHECKPOINT, error);
    if (status != CAMBIST_OK)
        return status;
    uint64_t first = journal->next, segment = journal->segment;
    journal->flags = CMB_JOURNAL_HEAD_RESTATES;
    status = cmb_journal_append_run(journal, error);
    if (status == CAMBIST_OK)
        status = write_state(journal, user, error);
    if (status == CAMBIST_OK)
        status = append_checkpoint(journal, first, error);
    journal->flags = 0;
    if (status != CAMBIST_OK)
        return status;
    journal->size_bytes = 0;
    cmb_journal_work_want_removal(journal, segment);
    return CAMBIST_OK;
}
