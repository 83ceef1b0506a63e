/* Does each piece of news make of an order what the rules say, in whatever order it comes? */
#include "order/order.h"

#include "crypto/random.h"
#include "support/allocations.h"
#include "support/decimal.h"
#include "support/test.h"

/* ---- orders and news ---- */

static struct cmb_order order_of(const char *amount)
{
    struct cmb_order order = { .life = CAMBIST_LIFE_INTENT };
    if (amount)
        order.amount = decimal(amount);
    return order;
}

/* One that the exchange has. */
static struct cmb_order working(const char *amount)
{
    struct cmb_order order = order_of(amount);
    cmb_order_leave(&order, 0);
    cmb_order_end(&order, CMB_ENDED_TAKEN);
    CU_ASSERT_FATAL(order.life == CAMBIST_LIFE_WORKING);
    return order;
}

static uint32_t report(struct cmb_order *order, uint64_t state, const char *filled)
{
    struct cambist_order report = { .state = state };
    if (filled)
        report.filled = decimal(filled);
    return cmb_order_report(order, &report, CAMBIST_PROOF_QUERY);
}

static uint32_t fill(struct cmb_order *order, const char *id, const char *amount)
{
    return cmb_order_fill(order, &(struct cambist_trade){ .id = id,
                                                          .amount = decimal(amount) });
}

static bool is(const struct cambist_decimal *value, const char *text)
{
    struct cambist_decimal expected = decimal(text);
    return cmb_decimal_compare(value, &expected) == 0;
}

/* ---- submit ---- */

static void an_order_is_what_its_request_came_to(void)
{
    static const struct {
        enum cmb_order_ending ending;
        uint32_t life, proof, changes;
    } ends[] = {
        { CMB_ENDED_UNSENT, CAMBIST_LIFE_NOT_SENT, CAMBIST_PROOF_NEVER_LEFT, CMB_CHANGED_LIFE },
        { CMB_ENDED_REFUSED, CAMBIST_LIFE_REJECTED, CAMBIST_PROOF_ANSWER, CMB_CHANGED_LIFE },
        { CMB_ENDED_TAKEN, CAMBIST_LIFE_WORKING, CAMBIST_PROOF_ANSWER, CMB_CHANGED_LIFE },
        { CMB_ENDED_LOST, CAMBIST_LIFE_UNKNOWN, CAMBIST_PROOF_NONE,
          CMB_CHANGED_LIFE | CMB_CHANGED_ASK },
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct cmb_order order = order_of("1");
        ASSERT_NUMBER(cmb_order_leave(&order, 0), CMB_CHANGED_LIFE);
        ASSERT_NUMBER(cmb_order_leave(&order, 0), 0);
        ASSERT_NUMBER(cmb_order_end(&order, ends[i].ending), ends[i].changes);
        ASSERT_NUMBER(order.life, ends[i].life);
        ASSERT_NUMBER(order.proof, ends[i].proof);
    }
}

static void the_latest_deadline_counts(void)
{
    struct cmb_order order = order_of("1");
    ASSERT_NUMBER(cmb_order_leave(&order, 7), CMB_CHANGED_LIFE | CMB_CHANGED_DEADLINE);
    ASSERT_NUMBER(cmb_order_leave(&order, 5), 0);
    ASSERT_NUMBER(cmb_order_leave(&order, 9), CMB_CHANGED_DEADLINE);
    ASSERT_NUMBER(order.deadline_ns, 9);
}

static void what_the_stream_told_first_is_not_taken_back(void)
{
    struct cmb_order order = order_of("1");
    cmb_order_leave(&order, 0);
    report(&order, CAMBIST_STATE_OPEN, "0");
    ASSERT_NUMBER(cmb_order_end(&order, CMB_ENDED_LOST), 0);
    ASSERT_NUMBER(cmb_order_end(&order, CMB_ENDED_UNSENT), 0);
    ASSERT_NUMBER(cmb_order_end(&order, CMB_ENDED_TAKEN), 0);
    ASSERT_NUMBER(cmb_order_end(&order, CMB_ENDED_REFUSED), CMB_CHANGED_ASK);
    ASSERT_NUMBER(order.life, CAMBIST_LIFE_WORKING);
}

static void absence_rejects_what_never_was_and_ends_what_was(void)
{
    struct cmb_order never = order_of("1"), was = working("1"), traded = order_of("1");
    cmb_order_leave(&never, 0);
    cmb_order_end(&never, CMB_ENDED_LOST);
    ASSERT_NUMBER(cmb_order_miss(&never, CAMBIST_PROOF_ABSENCE), CMB_CHANGED_LIFE);
    ASSERT_NUMBER(never.life, CAMBIST_LIFE_REJECTED);
    ASSERT_NUMBER(never.proof, CAMBIST_PROOF_ABSENCE);
    ASSERT_NUMBER(cmb_order_miss(&never, CAMBIST_PROOF_ABSENCE), 0);
    cmb_order_report(&was, &(struct cambist_order){ .id = "7" }, CAMBIST_PROOF_ANSWER);
    ASSERT_NUMBER(cmb_order_miss(&was, CAMBIST_PROOF_ABSENCE), CMB_CHANGED_LIFE);
    ASSERT_NUMBER(was.life, CAMBIST_LIFE_CANCELED);
    cmb_order_leave(&traded, 0);
    fill(&traded, "t1", "0.25");
    ASSERT_NUMBER(cmb_order_miss(&traded, CAMBIST_PROOF_ABSENCE), CMB_CHANGED_LIFE);
    ASSERT_NUMBER(traded.life, CAMBIST_LIFE_CANCELED);
    cmb_order_clear(&traded);
}

static void what_was_thought_absent_may_turn_out_to_be_there(void)
{
    struct cmb_order order = order_of("1");
    cmb_order_leave(&order, 0);
    cmb_order_end(&order, CMB_ENDED_LOST);
    cmb_order_miss(&order, CAMBIST_PROOF_WEAK_ABSENCE);
    ASSERT_NUMBER(report(&order, CAMBIST_STATE_OPEN, NULL), CMB_CHANGED_LIFE | CMB_CHANGED_LATE);
    ASSERT_NUMBER(order.life, CAMBIST_LIFE_WORKING);
}

/* ---- reports ---- */

static void states_of_the_exchange_are_lives_of_the_order(void)
{
    static const struct {
        uint64_t state;
        const char *filled;
        uint32_t life;
        bool asks;
    } rows[] = {
        { 0, NULL, CAMBIST_LIFE_WORKING, false },
        { CAMBIST_STATE_OPEN, "0.5", CAMBIST_LIFE_WORKING, false },
        { CAMBIST_STATE_CANCELING, "0", CAMBIST_LIFE_WORKING, false },
        { CAMBIST_STATE_CLOSED, "1", CAMBIST_LIFE_FILLED, false },
        { CAMBIST_STATE_CLOSED, "0.5", CAMBIST_LIFE_CANCELED, false },
        { CAMBIST_STATE_CLOSED, NULL, CAMBIST_LIFE_WORKING, true },
        { CAMBIST_STATE_CANCELED, "0.5", CAMBIST_LIFE_CANCELED, false },
        { CAMBIST_STATE_CANCELED, NULL, CAMBIST_LIFE_CANCELED, true },
        { CAMBIST_STATE_CANCELED, "1", CAMBIST_LIFE_FILLED, false },
        { CAMBIST_STATE_EXPIRED, "0", CAMBIST_LIFE_EXPIRED, false },
        { CAMBIST_STATE_REJECTED, NULL, CAMBIST_LIFE_REJECTED, false },
        { CAMBIST_STATE_REJECTED, "0.5", CAMBIST_LIFE_CANCELED, false },
        { CAMBIST_WORD_UNKNOWN, "0", CAMBIST_LIFE_UNKNOWN, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cmb_order order = order_of("1");
        cmb_order_leave(&order, 0);
        uint32_t changes = report(&order, rows[i].state, rows[i].filled);
        ASSERT_NUMBER(order.life, rows[i].life);
        ASSERT_NUMBER(!!(changes & CMB_CHANGED_ASK), rows[i].asks);
        CU_ASSERT(changes & CMB_CHANGED_LIFE);
    }
}

static void an_order_by_cost_is_filled_when_it_is_closed(void)
{
    struct cmb_order order = order_of(NULL);
    cmb_order_leave(&order, 0);
    report(&order, CAMBIST_STATE_CLOSED, "0.3");
    ASSERT_NUMBER(order.life, CAMBIST_LIFE_FILLED);
    struct cmb_order told = order_of(NULL);
    cmb_order_report(&told, &(struct cambist_order){ .amount = decimal("2") },
                     CAMBIST_PROOF_QUERY);
    CU_ASSERT(is(&told.amount, "2"));
}

static void old_news_changes_nothing(void)
{
    struct cmb_order order = working("1");
    report(&order, CAMBIST_STATE_CANCELED, "0.5");
    ASSERT_NUMBER(report(&order, CAMBIST_STATE_OPEN, "0.2"), 0);
    ASSERT_NUMBER(report(&order, CAMBIST_STATE_EXPIRED, "0.5"), 0);
    ASSERT_NUMBER(report(&order, CAMBIST_WORD_UNKNOWN, "0.5"), CMB_CHANGED_ASK);
    ASSERT_NUMBER(order.life, CAMBIST_LIFE_CANCELED);
    CU_ASSERT(is(&order.filled, "0.5"));
}

static void the_exchange_s_id_and_time_are_kept(void)
{
    char longest[200];
    struct cmb_order order = working("1");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    cmb_order_report(&order, &(struct cambist_order){ .id = longest }, CAMBIST_PROOF_ANSWER);
    ASSERT_TEXT(order.id, "");
    cmb_order_report(&order, &(struct cambist_order){ .id = "" }, CAMBIST_PROOF_ANSWER);
    ASSERT_TEXT(order.id, "");
    CU_ASSERT(cmb_order_report(&order, &(struct cambist_order){ .id = "9223372036854775808",
                                                                .last_update_timestamp = 5 },
                               CAMBIST_PROOF_ANSWER) & CMB_CHANGED_ID);
    cmb_order_report(&order, &(struct cambist_order){ .id = "8", .last_update_timestamp = 4 },
                     CAMBIST_PROOF_ANSWER);
    ASSERT_TEXT(order.id, "9223372036854775808");
    ASSERT_NUMBER(order.told_ns, 5);
}

/* ---- fills ---- */

static void a_trade_counts_once(void)
{
    struct cmb_order order = working("1");
    ASSERT_NUMBER(fill(&order, "t1", "0.25"), CMB_CHANGED_FILL | CMB_CHANGED_FILLED);
    ASSERT_NUMBER(fill(&order, "t1", "0.25"), 0);
    ASSERT_NUMBER(fill(&order, "t2", "0.75"),
                  CMB_CHANGED_FILL | CMB_CHANGED_FILLED | CMB_CHANGED_LIFE);
    ASSERT_NUMBER(order.life, CAMBIST_LIFE_FILLED);
    ASSERT_NUMBER(order.proof, CAMBIST_PROOF_TRADE);
    CU_ASSERT(is(&order.filled, "1") && cmb_order_is_settled(&order));
    cmb_order_clear(&order);
}

static void a_trade_without_an_id_is_known_again(void)
{
    struct cmb_order order = working("1");
    struct cambist_trade one = { .timestamp = 3, .price = decimal("2"),
                                 .amount = decimal("0.1") }, other = one;
    other.id = "";
    other.timestamp = 4;
    CU_ASSERT(cmb_order_fill(&order, &one) & CMB_CHANGED_FILL);
    ASSERT_NUMBER(cmb_order_fill(&order, &one), 0);
    CU_ASSERT(cmb_order_fill(&order, &other) & CMB_CHANGED_FILL);
    CU_ASSERT(is(&order.filled, "0.2"));
    cmb_order_clear(&order);
}

static void a_fill_behind_the_end_counts_and_is_called_late(void)
{
    struct cmb_order order = working("1");
    report(&order, CAMBIST_STATE_CANCELED, "0");
    CU_ASSERT(cmb_order_is_settled(&order));
    ASSERT_NUMBER(fill(&order, "t1", "0.4"),
                  CMB_CHANGED_FILL | CMB_CHANGED_FILLED | CMB_CHANGED_LATE);
    ASSERT_NUMBER(order.life, CAMBIST_LIFE_CANCELED);
    CU_ASSERT(fill(&order, "t2", "0.6") & CMB_CHANGED_LIFE);
    ASSERT_NUMBER(order.life, CAMBIST_LIFE_FILLED);
    ASSERT_NUMBER(report(&order, CAMBIST_STATE_CANCELED, "1"), 0);
    cmb_order_clear(&order);
}

static void an_end_is_settled_when_its_trades_are_told(void)
{
    struct cmb_order order = working("1");
    CU_ASSERT(!cmb_order_is_settled(&order));
    report(&order, CAMBIST_STATE_CANCELED, "0.5");
    CU_ASSERT(!cmb_order_is_settled(&order));
    ASSERT_NUMBER(fill(&order, "t1", "0.5"), CMB_CHANGED_FILL | CMB_CHANGED_LATE);
    CU_ASSERT(cmb_order_is_settled(&order));
    cmb_order_clear(&order);
    struct cmb_order none = working("1");
    report(&none, CAMBIST_STATE_CANCELED, NULL);
    CU_ASSERT(cmb_order_is_settled(&none));
}

static void a_sum_that_does_not_fit_leaves_the_exchange_s_figure(void)
{
    struct cmb_order order = working("1e300");
    fill(&order, "t1", "1e300");
    struct cambist_decimal before = order.counted;
    fill(&order, "t2", "1e-300");
    CU_ASSERT(cmb_decimal_compare(&before, &order.counted) == 0);
    cmb_order_clear(&order);
}

/* ---- cancels and amends ---- */

static void a_cancel_is_over_when_the_order_is(void)
{
    struct cmb_order order = working("1");
    ASSERT_NUMBER(cmb_order_begin_cancel(&order), CMB_CHANGED_PENDING);
    ASSERT_NUMBER(cmb_order_finish(&order, CAMBIST_PENDING_CANCEL, CMB_ENDED_TAKEN),
                  CMB_CHANGED_PENDING | CMB_CHANGED_ASK);
    ASSERT_NUMBER(order.pending, CAMBIST_PENDING_CANCEL);
    ASSERT_NUMBER(order.life, CAMBIST_LIFE_WORKING);
    ASSERT_NUMBER(report(&order, CAMBIST_STATE_CANCELED, "0"),
                  CMB_CHANGED_LIFE | CMB_CHANGED_PENDING);
    ASSERT_NUMBER(order.pending, CAMBIST_PENDING_NOTHING);
    ASSERT_NUMBER(cmb_order_finish(&order, CAMBIST_PENDING_CANCEL, CMB_ENDED_REFUSED), 0);
}

static void a_refused_cancel_is_a_question_not_an_answer(void)
{
    static const struct {
        enum cmb_order_ending ending;
        uint32_t changes, pending;
    } rows[] = {
        { CMB_ENDED_REFUSED, CMB_CHANGED_PENDING | CMB_CHANGED_ASK, CAMBIST_PENDING_NOTHING },
        { CMB_ENDED_UNSENT, CMB_CHANGED_PENDING, CAMBIST_PENDING_NOTHING },
        { CMB_ENDED_LOST, CMB_CHANGED_PENDING | CMB_CHANGED_ASK, CAMBIST_PENDING_CANCEL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cmb_order order = working("1");
        cmb_order_begin_cancel(&order);
        ASSERT_NUMBER(cmb_order_finish(&order, CAMBIST_PENDING_CANCEL, rows[i].ending),
                      rows[i].changes);
        ASSERT_NUMBER(order.pending, rows[i].pending);
        ASSERT_NUMBER(order.life, CAMBIST_LIFE_WORKING);
    }
}

static void a_fill_wins_over_a_cancel_in_whatever_order_they_are_told(void)
{
    static const char orders[6][4] = { "fca", "fac", "cfa", "caf", "afc", "acf" };
    for (size_t i = 0; i < 6; i++) {
        struct cmb_order order = working("1");
        cmb_order_begin_cancel(&order);
        for (const char *at = orders[i]; *at; at++) {
            if (*at == 'f')
                fill(&order, "t1", "1");
            else if (*at == 'c')
                report(&order, CAMBIST_STATE_CANCELED, NULL);
            else
                cmb_order_finish(&order, CAMBIST_PENDING_CANCEL, CMB_ENDED_REFUSED);
        }
        ASSERT_NUMBER(order.life, CAMBIST_LIFE_FILLED);
        ASSERT_NUMBER(order.pending, CAMBIST_PENDING_NOTHING);
        CU_ASSERT(is(&order.filled, "1"));
        cmb_order_clear(&order);
    }
}

static struct cmb_order amending(const char *amount, const char *price)
{
    struct cambist_decimal none = { 0 }, new_amount = none, new_price = none;
    struct cmb_order order = working("1");
    order.price = decimal("100");
    if (amount)
        new_amount = decimal(amount);
    if (price)
        new_price = decimal(price);
    ASSERT_NUMBER(cmb_order_begin_amend(&order, &new_amount, &new_price), CMB_CHANGED_PENDING);
    return order;
}

static void an_amend_that_was_taken_changes_the_terms(void)
{
    struct cmb_order order = amending("2", NULL);
    ASSERT_NUMBER(cmb_order_finish(&order, CAMBIST_PENDING_AMEND, CMB_ENDED_TAKEN),
                  CMB_CHANGED_PENDING | CMB_CHANGED_TERMS);
    CU_ASSERT(is(&order.amount, "2") && is(&order.price, "100"));
    order = amending(NULL, "90");
    cmb_order_finish(&order, CAMBIST_PENDING_AMEND, CMB_ENDED_TAKEN);
    CU_ASSERT(is(&order.amount, "1") && is(&order.price, "90"));
    order = amending("2", NULL);
    cmb_order_finish(&order, CAMBIST_PENDING_AMEND, CMB_ENDED_REFUSED);
    CU_ASSERT(is(&order.amount, "1"));
}

static void an_amend_below_what_has_traded_ends_the_order(void)
{
    struct cmb_order order = amending("0.5", NULL);
    fill(&order, "t1", "0.5");
    CU_ASSERT(cmb_order_finish(&order, CAMBIST_PENDING_AMEND, CMB_ENDED_TAKEN) &
              CMB_CHANGED_LIFE);
    ASSERT_NUMBER(order.life, CAMBIST_LIFE_FILLED);
    cmb_order_clear(&order);
}

static void a_lost_amend_is_proved_by_its_terms(void)
{
    struct cmb_order order = amending("2", "90");
    ASSERT_NUMBER(cmb_order_finish(&order, CAMBIST_PENDING_AMEND, CMB_ENDED_LOST),
                  CMB_CHANGED_PENDING | CMB_CHANGED_ASK);
    struct cambist_order old = { .state = CAMBIST_STATE_OPEN, .amount = decimal("1"),
                                 .price = decimal("100") }, new = old, half = old;
    half.amount = new.amount = decimal("2");
    new.price = decimal("90");
    ASSERT_NUMBER(cmb_order_report(&order, &old, CAMBIST_PROOF_QUERY), 0);
    ASSERT_NUMBER(cmb_order_report(&order, &half, CAMBIST_PROOF_QUERY), 0);
    ASSERT_NUMBER(order.pending, CAMBIST_PENDING_AMEND);
    ASSERT_NUMBER(cmb_order_report(&order, &new, CAMBIST_PROOF_QUERY),
                  CMB_CHANGED_TERMS | CMB_CHANGED_PENDING);
    CU_ASSERT(is(&order.amount, "2") && order.pending == CAMBIST_PENDING_NOTHING);
    ASSERT_NUMBER(cmb_order_finish(&order, CAMBIST_PENDING_AMEND, CMB_ENDED_TAKEN), 0);
}

static void a_cancel_may_overtake_an_amend(void)
{
    struct cmb_order order = amending("2", NULL);
    cmb_order_begin_cancel(&order);
    ASSERT_NUMBER(cmb_order_finish(&order, CAMBIST_PENDING_AMEND, CMB_ENDED_LOST),
                  CMB_CHANGED_ASK);
    ASSERT_NUMBER(order.pending, CAMBIST_PENDING_CANCEL);
    struct cambist_decimal exposure = cmb_order_exposure(&order);
    CU_ASSERT(is(&exposure, "2"));
    ASSERT_NUMBER(cmb_order_report(&order, &(struct cambist_order){ .amount = decimal("2") },
                                   CAMBIST_PROOF_QUERY), CMB_CHANGED_TERMS);
    ASSERT_NUMBER(order.pending, CAMBIST_PENDING_CANCEL);
}

/* Lost, overtaken by a cancel that was refused, and then a smaller one that was refused, too. */
static void what_an_overtaken_amend_may_have_done_is_not_forgotten(void)
{
    struct cmb_order order = amending("5", NULL);
    struct cambist_decimal less = decimal("2"), none = { 0 };
    cmb_order_begin_cancel(&order);
    cmb_order_finish(&order, CAMBIST_PENDING_AMEND, CMB_ENDED_LOST);
    cmb_order_finish(&order, CAMBIST_PENDING_CANCEL, CMB_ENDED_REFUSED);
    cmb_order_begin_amend(&order, &less, &none);
    cmb_order_finish(&order, CAMBIST_PENDING_AMEND, CMB_ENDED_REFUSED);
    struct cambist_decimal exposure = cmb_order_exposure(&order);
    CU_ASSERT(is(&exposure, "5"));
    struct cambist_order now = { .state = CAMBIST_STATE_OPEN, .amount = decimal("4") };
    ASSERT_NUMBER(cmb_order_report(&order, &now, CAMBIST_PROOF_QUERY), 0);
    now.amount = decimal("5");
    ASSERT_NUMBER(cmb_order_report(&order, &now, CAMBIST_PROOF_QUERY), CMB_CHANGED_TERMS);
    now.amount = decimal("1");
    ASSERT_NUMBER(cmb_order_report(&order, &now, CAMBIST_PROOF_QUERY), 0);
    CU_ASSERT(is(&order.amount, "5"));
}

/* An amend that nobody remembers has made it less. */
static void closed_with_all_of_its_own_amount_is_filled(void)
{
    static const struct { const char *amount; uint32_t life; } rows[] = {
        { "0.5", CAMBIST_LIFE_FILLED }, { "0.6", CAMBIST_LIFE_CANCELED },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cmb_order order = working("1");
        struct cambist_order closed = { .state = CAMBIST_STATE_CLOSED, .filled = decimal("0.5"),
                                        .amount = decimal(rows[i].amount) };
        cmb_order_report(&order, &closed, CAMBIST_PROOF_QUERY);
        ASSERT_NUMBER(order.life, rows[i].life);
    }
}

/* All of the old amount has traded: is that the end, or has the amend made it more? */
static void an_amend_that_is_not_known_keeps_a_filled_order_open(void)
{
    static const struct { enum cmb_order_ending ending; uint32_t life; } rows[] = {
        { CMB_ENDED_UNSENT, CAMBIST_LIFE_FILLED }, { CMB_ENDED_REFUSED, CAMBIST_LIFE_FILLED },
        { CMB_ENDED_TAKEN, CAMBIST_LIFE_WORKING }, { CMB_ENDED_LOST, CAMBIST_LIFE_WORKING },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cmb_order order = amending("5", NULL);
        ASSERT_NUMBER(fill(&order, "t", "1"),
                      CMB_CHANGED_FILL | CMB_CHANGED_FILLED | CMB_CHANGED_ASK);
        ASSERT_NUMBER(order.life, CAMBIST_LIFE_WORKING);
        cmb_order_finish(&order, CAMBIST_PENDING_AMEND, rows[i].ending);
        ASSERT_NUMBER(order.life, rows[i].life);
        report(&order, CAMBIST_STATE_CLOSED, i == 2 ? "5" : "1");
        ASSERT_NUMBER(order.life, CAMBIST_LIFE_FILLED);
        cmb_order_clear(&order);
    }
}

/* ---- exposure ---- */

static void exposure_is_never_understated(void)
{
    struct cmb_order order = order_of("3");
    struct cambist_decimal exposure = cmb_order_exposure(&order);
    CU_ASSERT(is(&exposure, "3"));
    cmb_order_leave(&order, 0);
    cmb_order_end(&order, CMB_ENDED_LOST);
    exposure = cmb_order_exposure(&order);
    CU_ASSERT(is(&exposure, "3"));
    fill(&order, "t", "1");
    exposure = cmb_order_exposure(&order);
    CU_ASSERT(is(&exposure, "2"));
    struct cambist_decimal more = decimal("5"), none = { 0 };
    cmb_order_begin_amend(&order, &more, &none);
    exposure = cmb_order_exposure(&order);
    CU_ASSERT(is(&exposure, "4"));
    report(&order, CAMBIST_STATE_CANCELED, "1");
    exposure = cmb_order_exposure(&order);
    CU_ASSERT(is(&exposure, "0"));
    cmb_order_clear(&order);
}

/* ---- in whatever order ---- */

/* The pieces of one history, some of them twice, shuffled: the end is the same. */
static void any_order_of_the_news_comes_to_the_same_end(void)
{
    enum { NEWS = 9, SHUFFLES = 100000 };
    struct cmb_random random;
    cmb_random_init_seeded(&random, 12);
    int wrong = 0;
    for (int shuffle = 0; shuffle < SHUFFLES; shuffle++) {
        int news[NEWS] = { 0, 1, 2, 3, 0, 2, 4, 5, 6 };
        for (int i = NEWS - 1; i > 0; i--) {
            int other = (int)(cmb_random_number(&random) % (unsigned)(i + 1)), kept = news[i];
            news[i] = news[other];
            news[other] = kept;
        }
        struct cmb_order order = order_of("1");
        cmb_order_leave(&order, 0);
        for (int i = 0; i < NEWS; i++) {
            switch (news[i]) {
            case 0: fill(&order, "a", "0.1"); break;
            case 1: fill(&order, "b", "0.2"); break;
            case 2: fill(&order, "c", "0.3"); break;
            case 3: report(&order, CAMBIST_STATE_OPEN, "0.1"); break;
            case 4: report(&order, CAMBIST_STATE_OPEN, NULL); break;
            case 5: report(&order, CAMBIST_STATE_CANCELED, "0.6"); break;
            default: cmb_order_end(&order, shuffle & 1 ? CMB_ENDED_LOST : CMB_ENDED_TAKEN);
            }
        }
        wrong += order.life != CAMBIST_LIFE_CANCELED || !is(&order.filled, "0.6") ||
                 !is(&order.counted, "0.6") || !cmb_order_is_settled(&order);
        cmb_order_clear(&order);
    }
    ASSERT_NUMBER(wrong, 0);
}

/* ---- memory ---- */

/* A trade that cannot be remembered is not counted: it is told again. */
static void without_memory_a_trade_is_not_taken(void)
{
#ifndef TEST_CANNOT_COUNT
    struct cmb_order order = working("1");
    test_allocation_fails = 1;
    ASSERT_NUMBER(fill(&order, "t1", "0.25"), CMB_CHANGED_MEMORY);
    test_allocation_fails = 0;
    CU_ASSERT(!order.counted.is_set && !order.filled.is_set);
    CU_ASSERT(fill(&order, "t1", "0.25") & CMB_CHANGED_FILL);
    CU_ASSERT(is(&order.counted, "0.25"));
    cmb_order_clear(&order);
#endif
}

TEST_SUITE("order/machine",
           { "an order is what its request came to", an_order_is_what_its_request_came_to },
           { "the latest deadline counts", the_latest_deadline_counts },
           { "what the stream told first is not taken back",
             what_the_stream_told_first_is_not_taken_back },
           { "absence rejects what never was, and ends what was",
             absence_rejects_what_never_was_and_ends_what_was },
           { "what was thought absent may turn out to be there",
             what_was_thought_absent_may_turn_out_to_be_there },
           { "states of the exchange are lives of the order",
             states_of_the_exchange_are_lives_of_the_order },
           { "an order by cost is filled when it is closed",
             an_order_by_cost_is_filled_when_it_is_closed },
           { "old news changes nothing", old_news_changes_nothing },
           { "the exchange's id and time are kept", the_exchange_s_id_and_time_are_kept },
           { "a trade counts once", a_trade_counts_once },
           { "a trade without an id is known again", a_trade_without_an_id_is_known_again },
           { "a fill behind the end counts and is called late",
             a_fill_behind_the_end_counts_and_is_called_late },
           { "an end is settled when its trades are told",
             an_end_is_settled_when_its_trades_are_told },
           { "a sum that does not fit leaves the exchange's figure",
             a_sum_that_does_not_fit_leaves_the_exchange_s_figure },
           { "a cancel is over when the order is", a_cancel_is_over_when_the_order_is },
           { "a refused cancel is a question, not an answer",
             a_refused_cancel_is_a_question_not_an_answer },
           { "a fill wins over a cancel, in whatever order they are told",
             a_fill_wins_over_a_cancel_in_whatever_order_they_are_told },
           { "an amend that was taken changes the terms",
             an_amend_that_was_taken_changes_the_terms },
           { "an amend below what has traded ends the order",
             an_amend_below_what_has_traded_ends_the_order },
           { "a lost amend is proved by its terms", a_lost_amend_is_proved_by_its_terms },
           { "a cancel may overtake an amend", a_cancel_may_overtake_an_amend },
           { "what an overtaken amend may have done is not forgotten",
             what_an_overtaken_amend_may_have_done_is_not_forgotten },
           { "closed with all of its own amount is filled",
             closed_with_all_of_its_own_amount_is_filled },
           { "an amend that is not known keeps a filled order open",
             an_amend_that_is_not_known_keeps_a_filled_order_open },
           { "exposure is never understated", exposure_is_never_understated },
           { "any order of the news comes to the same end",
             any_order_of_the_news_comes_to_the_same_end },
           { "without memory a trade is not taken", without_memory_a_trade_is_not_taken })
