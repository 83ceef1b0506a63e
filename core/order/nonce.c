/* Up to which number may nonces have been used in earlier runs?
 *
 * A record stands for a block of nonces and is written before the first of them is used; it is not
 * waited for.  Where it was lost with the machine's power, nonces still begin at the time.
 */
#include "order/way.h"

#include "json/number.h"
#include "json/writer.h"

static void write_mark(struct cmb_orders *orders, int64_t until)
{
    struct cmb_buffer payload;
    struct cmb_json_writer writer;
    cmb_buffer_init(&payload, 512);
    cmb_json_writer_init(&writer, &payload);
    cmb_json_begin_object(&writer);
    cmb_json_write_key(&writer, CMB_TEXT("exchange"));
    cmb_json_write_string(&writer, orders->exchange->name);
    cmb_json_write_key(&writer, CMB_TEXT("nonce"));
    cmb_json_write_integer(&writer, until);
    cmb_json_end_object(&writer);
    (void)cmb_journal_write(orders->journal, CMB_JOURNAL_NONCE, cmb_buffer_text(&payload), NULL,
                            NULL); /* a journal that fails keeps back orders, not questions */
    cmb_buffer_clear(&payload);
}

static void keep(int64_t until, void *user)
{
    write_mark(user, until);
}

void cmb_orders_keep_nonces(struct cmb_orders *orders)
{
    orders->exchange->nonces.keep = keep;
    orders->exchange->nonces.user = orders;
}

void cmb_orders_write_nonce(struct cmb_orders *orders)
{
    int64_t reserved = atomic_load(&orders->exchange->nonces.reserved);
    if (reserved)
        write_mark(orders, reserved);
}

bool cmb_orders_take_nonce(struct cmb_orders *const *orders, size_t count, struct cmb_text payload)
{
    struct cmb_json_reader reader;
    struct cmb_json_value key, name = { 0 };
    int64_t nonce = 0;
    cmb_json_init(&reader, payload, 0);
    cmb_json_enter_object(&reader);
    while (cmb_json_next_member(&reader, &key))
        if (cmb_json_is(&key, CMB_TEXT("nonce")))
            cmb_json_read_integer(&reader, &nonce);
        else if (cmb_json_is(&key, CMB_TEXT("exchange")))
            cmb_json_read_string(&reader, &name);
        else
            cmb_json_skip(&reader);
    if (!cmb_json_finish(&reader) || nonce <= 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct cmb_exchange *exchange = orders[i]->exchange;
        if (!cmb_text_is(name.raw, exchange->name))
            continue;
        cmb_exchange_raise_nonce(exchange, nonce);
        atomic_store(&exchange->nonces.reserved, nonce);
    }
    return true;
}
