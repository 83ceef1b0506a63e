/* Which words, records, operations and arguments are there, as tables? */
#include "base/schema.h"

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof *(array))

/* ---- vocabularies ---- */

#define WORD(NAME, number, text) { number, CMB_TEXT(text) },
#define X(NAME, name) static const struct cmb_word name##_words[] = { CAMBIST_##NAME##_LIST(WORD) };
CAMBIST_VOCABULARY_LIST(X)
#undef X

/* By the kind of the members that hold its words; other kinds have none. */
static const struct cmb_vocabulary vocabularies[] = {
#define X(NAME, name)                                                                              \
    [CMB_MEMBER_##NAME] = { CMB_TEXT(#name), CMB_MEMBER_##NAME, COUNT(name##_words), name##_words },
    CAMBIST_VOCABULARY_LIST(X)
#undef X
};

const struct cmb_vocabulary *cmb_vocabulary_of(uint32_t kind)
{
    return kind < COUNT(vocabularies) && vocabularies[kind].words ? &vocabularies[kind] : NULL;
}

const struct cmb_vocabulary *cmb_vocabulary_find(struct cmb_text name)
{
    for (uint32_t i = 0; i < COUNT(vocabularies); i++)
        if (vocabularies[i].words && cmb_text_is(vocabularies[i].name, name))
            return &vocabularies[i];
    return NULL;
}

uint32_t cmb_vocabulary_number(const struct cmb_vocabulary *vocabulary, struct cmb_text word)
{
    for (uint32_t i = 0; i < vocabulary->count; i++)
        if (cmb_text_is(vocabulary->words[i].text, word))
            return vocabulary->words[i].number;
    return 0;
}

struct cmb_text cmb_vocabulary_word(const struct cmb_vocabulary *vocabulary, uint64_t number)
{
    for (uint32_t i = 0; i < vocabulary->count; i++)
        if (vocabulary->words[i].number == number)
            return vocabulary->words[i].text;
    return number ? CMB_TEXT("unknown") : (struct cmb_text){ 0 };
}

/* ---- records ---- */

#define MEMBER(name, KIND, json, help)                                                             \
    { CMB_TEXT(#name), CMB_TEXT(json), help, CMB_MEMBER_##KIND, (uint32_t)offsetof(RECORD, name) },

#define RECORD struct cambist_clock
static const struct cmb_member clock_members[] = { CAMBIST_CLOCK_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_system
static const struct cmb_member system_members[] = { CAMBIST_SYSTEM_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_market
static const struct cmb_member market_members[] = { CAMBIST_MARKET_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_currency
static const struct cmb_member currency_members[] = { CAMBIST_CURRENCY_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_ticker
static const struct cmb_member ticker_members[] = { CAMBIST_TICKER_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_order_book
static const struct cmb_member order_book_members[] = { CAMBIST_ORDER_BOOK_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_trade
static const struct cmb_member trade_members[] = { CAMBIST_TRADE_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_candle
static const struct cmb_member candle_members[] = { CAMBIST_CANDLE_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_balance
static const struct cmb_member balance_members[] = { CAMBIST_BALANCE_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_fee
static const struct cmb_member fee_members[] = { CAMBIST_FEE_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_order
static const struct cmb_member order_members[] = { CAMBIST_ORDER_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_position
static const struct cmb_member position_members[] = { CAMBIST_POSITION_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_funding
static const struct cmb_member funding_members[] = { CAMBIST_FUNDING_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_address
static const struct cmb_member address_members[] = { CAMBIST_ADDRESS_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_timer
static const struct cmb_member timer_members[] = { CAMBIST_TIMER_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_leverage
static const struct cmb_member leverage_members[] = { CAMBIST_LEVERAGE_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_stream_key
static const struct cmb_member stream_key_members[] = { CAMBIST_STREAM_KEY_FIELDS(MEMBER) };
#undef RECORD
#define RECORD struct cambist_book_update
static const struct cmb_member book_update_members[] = { CAMBIST_BOOK_UPDATE_FIELDS(MEMBER) };
#undef RECORD

static const struct cmb_record_schema schemas[] = {
    { 0 },
#define X(NAME, name)                                                                              \
    { CMB_TEXT(#name), sizeof(struct cambist_##name), COUNT(name##_members), name##_members },
    CAMBIST_RECORD_LIST(X)
#undef X
};

const struct cmb_record_schema *cmb_record_schema_of(uint32_t record)
{
    return &schemas[record];
}

static int find_member(const struct cmb_member *members, uint32_t count, struct cmb_text name)
{
    for (uint32_t i = 0; i < count; i++)
        if (cmb_text_is(members[i].name, name))
            return (int)i;
    return -1;
}

int cmb_record_schema_find(const struct cmb_record_schema *schema, struct cmb_text name)
{
    return find_member(schema->members, schema->count, name);
}

/* ---- operations ---- */

#define IS_ONE  false
#define IS_MANY true
static const struct cmb_operation operations[] = {
    { .name = CMB_TEXT("none") },
#define X(name, RECORD, class, rows, help)                                                         \
    { CMB_TEXT(#name), help, CAMBIST_RECORD_##RECORD, CMB_##class, IS_##rows },
    CAMBIST_OPERATION_LIST(X)
#undef X
};

static const struct cmb_operation topics[] = {
    { .name = CMB_TEXT("none") },
#define X(name, RECORD, access, help)                                                              \
    { CMB_TEXT(#name), help, CAMBIST_RECORD_##RECORD, CMB_WATCHES, true },
    CAMBIST_TOPIC_LIST(X)
#undef X
};

const struct cmb_operation *cmb_operation_of(uint32_t operation)
{
    if (operation >= CAMBIST_TOPIC_NONE)
        return &topics[operation - CAMBIST_TOPIC_NONE];
    return &operations[operation];
}

bool cmb_topic_is_private(uint32_t topic)
{
    static const bool is_private[] = {
#define PUBLIC  false
#define PRIVATE true
#define X(name, RECORD, access, help) [CAMBIST_TOPIC_##name - CAMBIST_TOPIC_NONE] = access,
        CAMBIST_TOPIC_LIST(X)
#undef X
    };
    return is_private[topic - CAMBIST_TOPIC_NONE];
}

uint32_t cmb_topic_find(struct cmb_text name)
{
    for (uint32_t i = 1; i < COUNT(topics); i++)
        if (cmb_text_is(topics[i].name, name))
            return CAMBIST_TOPIC_NONE + i;
    return CAMBIST_TOPIC_NONE;
}

bool cmb_operation_is_cancel(uint32_t operation)
{
    return cmb_text_begins(cmb_operation_of(operation)->name, CMB_TEXT("cancel_"));
}

uint32_t cmb_operation_find(struct cmb_text name)
{
    for (uint32_t i = 1; i < CAMBIST_OPERATION_COUNT; i++)
        if (cmb_text_is(operations[i].name, name))
            return i;
    return CAMBIST_OPERATION_NONE;
}

/* ---- arguments ---- */

static const struct cmb_member arguments[] = {
#define X(name, KIND, json, help) { CMB_TEXT(#name), CMB_TEXT(json), help, CMB_MEMBER_##KIND, 0 },
    CAMBIST_ARGUMENT_LIST(X) CAMBIST_NAMED_ARGUMENT_LIST(X)
#undef X
};

const struct cmb_member *cmb_argument_of(uint32_t argument)
{
    return &arguments[argument];
}

int cmb_argument_find(struct cmb_text name)
{
    int found = find_member(arguments, COUNT(arguments), name);
    for (uint32_t i = 0; found < 0 && i < COUNT(arguments); i++)
        if (cmb_text_is(arguments[i].json, name))
            found = (int)i;
    return found;
}
