/* May the signature of an equal request be sent once more?
 *
 * Level 2 of signing: a whole signed request is kept for as long as its row says that the timestamp
 * in it may be used again.  Only questions that change nothing have such rows; an order or a nonce
 * is signed afresh, always.
 */
#include "request/request_run.h"

static bool is_reusable(const struct cmb_run *run)
{
    const struct cmb_endpoint *endpoint = run->call->endpoint;
    return endpoint->row->reuse_ms && endpoint->is_harmless &&
           endpoint->row->access == CAMBIST_SIGNED && cmb_reuse_write_key(run->call, &run->desk->key);
}

bool cmb_sign_reuse_find(struct cmb_run *run, struct cmb_buffer *request)
{
    if (run->is_signed_anew || !is_reusable(run))
        return false;
    struct cmb_text kept = cmb_cache_find(run->desk->signatures, cmb_buffer_text(&run->desk->key),
                                          cmb_loop_now_ns(run->desk->office->loop));
    cmb_buffer_add(request, kept);
    run->desk->signatures_reused += kept.at != NULL;
    return kept.at != NULL;
}

void cmb_sign_reuse_keep(struct cmb_run *run, const struct cmb_buffer *request)
{
    if (!is_reusable(run))
        return;
    int64_t now_ns = cmb_loop_now_ns(run->desk->office->loop);
    cmb_cache_put(run->desk->signatures, cmb_buffer_text(&run->desk->key), cmb_buffer_text(request),
                  now_ns, now_ns + (int64_t)run->call->endpoint->row->reuse_ms * 1000000);
}
