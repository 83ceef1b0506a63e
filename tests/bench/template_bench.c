/* What does a template cost: a path, a parameter, the text that is signed?
 *
 * Each exchange's own templates of an order, rendered one by one, the slow way: what was seen before
 * is written by plans instead (`cambist bench sign`).  The floor copies the texts that come out.
 * Every hundred turns the call begins anew, in all cases alike. */
#include "bench/interleaved.h"
#include "bench/order_maker.h"

enum { TEMPLATES_MOST = 64, TURNS_PER_CALL = 100 };

struct subject {
    struct order_maker maker;
    const struct cmb_template *templates[TEMPLATES_MOST]; /* those that give something */
    struct cmb_text texts[TEMPLATES_MOST];
    size_t count;
};

static struct subject binance = { { "binance", "BTCUSDT", CMB_TEXT(ORDER_SECRET) } },
                      kraken = { { "kraken", "XBTUSDT", CMB_TEXT(ORDER_SECRET) } },
                      okx = { { "okx", "BTC-USDT", CMB_TEXT(ORDER_SECRET) } };

static void add_template(struct subject *subject, const struct cmb_template *template)
{
    struct cmb_text text = { 0 }, missing;
    if (cmb_render(subject->maker.call, template, &text, &missing) != CAMBIST_OK || !text.length)
        return;
    bench_require(subject->count < TEMPLATES_MOST, "too many templates");
    subject->texts[subject->count] = (struct cmb_text){ strndup(text.at, text.length), text.length };
    subject->templates[subject->count++] = template;
}

static void open_subject(struct subject *subject)
{
    struct order_maker *maker = &subject->maker;
    order_maker_open(maker);
    order_maker_make(maker);
    const struct cmb_endpoint *endpoint = maker->call->endpoint;
    add_template(subject, &endpoint->path);
    for (uint32_t i = 0; i < endpoint->parameter_count; i++)
        add_template(subject, &endpoint->parameters[i].value);
    bench_require(subject->count > 0, "no template gives anything");
}

static void render_all(struct subject *subject, size_t turns)
{
    struct cmb_text text, missing;
    for (size_t i = 0; i < turns; i++) {
        if (i % TURNS_PER_CALL == 0)
            order_maker_make(&subject->maker);
        (void)cmb_render(subject->maker.call, subject->templates[i % subject->count], &text,
                         &missing);
        INTERLEAVED_KEEP(text.at);
    }
}

static void copy_all(struct subject *subject, size_t turns)
{
    for (size_t i = 0; i < turns; i++) {
        struct cmb_text text = subject->texts[i % subject->count];
        if (i % TURNS_PER_CALL == 0)
            order_maker_make(&subject->maker);
        INTERLEAVED_KEEP(cmb_arena_copy(&subject->maker.call->arena, text));
    }
}

#define RUNS(name)                                                                                 \
    static void render_##name(size_t turns)                                                        \
    {                                                                                              \
        render_all(&name, turns);                                                                  \
    }                                                                                              \
    static void copy_##name(size_t turns)                                                          \
    {                                                                                              \
        copy_all(&name, turns);                                                                    \
    }
RUNS(binance)
RUNS(kraken)
RUNS(okx)

static void show(const char *title, struct subject *subject, void (*copy)(size_t turns),
                 void (*render)(size_t turns))
{
    const struct interleaved_case cases[] = { { "its text copied", copy, 2000 },
                                              { "a template rendered", render, 2000 } };
    open_subject(subject);
    interleaved_run(title, cases, 2);
}

int main(int count, char **words)
{
    bench_begin(count, words);
    show("the templates of a Binance order, each", &binance, copy_binance, render_binance);
    show("the templates of a Kraken order, each", &kraken, copy_kraken, render_kraken);
    show("the templates of an OKX order, each", &okx, copy_okx, render_okx);
    return bench_end(NULL, 0);
}
