/* What does an exchange say instead of an answer? */
#include "simulator/sending.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "number/time.h"

enum { RETRY_S = 1, BAN_S = 120, DATE_BYTES = 40 };

static const int64_t second_ns = 1000000000;

/* ---- header lines ---- */

/* Sun, 01 Mar 2026 12:00:00 GMT */
static void format_date(int64_t now_ns, char ret_text[static DATE_BYTES])
{
    static const char days[][4] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    char iso[CMB_TIME_TEXT_SIZE + 1] = "";
    (void)cmb_time_format_iso(now_ns, CMB_TIME_S, iso);
    unsigned month = (unsigned)((iso[5] - '0') * 10 + iso[6] - '0');
    snprintf(ret_text, DATE_BYTES, "%s, %.2s %s %.4s %.8s GMT",
             days[now_ns / (86400 * second_ns) % 7], iso + 8, months[(month + 11) % 12], iso,
             iso + 11);
}

static void add_line(struct cmb_sending *sending, const char *name, const char *value)
{
    size_t length = strlen(sending->headers);
    snprintf(sending->headers + length, sizeof sending->headers - length, "%s: %s\r\n", name, value);
}

static void add_number(struct cmb_sending *sending, const char *name, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    add_line(sending, name, text);
}

void cmb_sending_add_date(struct cmb_sending *sending, int64_t now_ns)
{
    char date[DATE_BYTES];
    format_date(now_ns, date);
    add_line(sending, "Date", date);
}

/* The word for how long, in the form that the fault is about. */
static void add_retry(const struct cmb_practice *practice, struct cmb_sending *sending)
{
    char date[DATE_BYTES];
    switch (sending->fault) {
    case CMB_FAULT_RETRY_DATE:
        format_date(practice->capture.received->time_ns + 2 * second_ns, date);
        add_line(sending, "Retry-After", date);
        break;
    case CMB_FAULT_RETRY_NEGATIVE: add_line(sending, "Retry-After", "-5"); break;
    case CMB_FAULT_RETRY_HUGE: add_line(sending, "Retry-After", "1000000000"); break;
    case CMB_FAULT_RETRY_GARBAGE: add_line(sending, "Retry-After", "soon, perhaps"); break;
    case CMB_FAULT_BAN: add_number(sending, "Retry-After", BAN_S); break;
    default: add_number(sending, "Retry-After", RETRY_S); break;
    }
}

/* Limits are used up, for those who look. */
static void add_used_up(const struct cmb_plugin *plugin, struct cmb_sending *sending)
{
    for (uint32_t i = 0; i < plugin->tables.limits.count; i++) {
        const struct cambist_limit *row = CMB_ROW(plugin->tables.limits, i);
        if (row->used_header && !strstr(sending->headers, row->used_header))
            add_number(sending, row->used_header, row->capacity);
    }
}

/* ---- bodies ---- */

static void write_body(const struct cmb_practice *practice, struct cambist_error *error,
                       struct cmb_sending *sending)
{
    uint32_t operation = practice->is_known ? practice->call->operation : CAMBIST_OPERATION_NONE;
    struct json_object *json = cmb_practice_write_refusal(practice->plugin, operation, error,
                                                          &sending->reply.http_status);
    free(sending->reply.body);
    sending->reply.body = strdup(json_object_to_json_string(json));
    json_object_put(json);
}

static void write_limit(const struct cmb_practice *practice, uint32_t http_status,
                        struct cmb_sending *sending)
{
    struct cambist_error error = { 0 };
    cmb_fail(&error, http_status == 418 ? CAMBIST_BANNED : CAMBIST_RATE_LIMITED,
             "too many requests");
    write_body(practice, &error, sending);
    sending->reply.http_status = http_status;
}

/* In the exchange's own words, or none: then a page says that the gateway gave up. */
static void write_unknown(const struct cmb_practice *practice, struct cmb_sending *sending)
{
    struct cambist_error error = { 0 };
    cmb_fail(&error, CAMBIST_TIMEOUT, "Timeout waiting for response; execution status unknown.");
    error.outcome = CAMBIST_OUTCOME_UNKNOWN;
    if (cmb_practice_fault_unknown(practice->plugin, CAMBIST_TIMEOUT))
        write_body(practice, &error, sending);
    else
        sending->fault = cmb_fault_executes(sending->fault) ? CMB_FAULT_EXECUTE_THEN_ERROR
                                                            : CMB_FAULT_ERROR;
}

void cmb_sending_refuse(struct cmb_sending *sending, const struct cmb_practice *practice)
{
    switch (sending->fault) {
    case CMB_FAULT_UNKNOWN:
    case CMB_FAULT_EXECUTE_THEN_UNKNOWN: write_unknown(practice, sending); break;
    case CMB_FAULT_RATE_LIMIT:
    case CMB_FAULT_BAN:
    case CMB_FAULT_EXECUTE_THEN_LIMIT:
    case CMB_FAULT_RETRY_DATE:
    case CMB_FAULT_RETRY_NEGATIVE:
    case CMB_FAULT_RETRY_HUGE:
    case CMB_FAULT_RETRY_GARBAGE:
        write_limit(practice, sending->fault == CMB_FAULT_BAN ? 418 : 429, sending);
        add_retry(practice, sending);
        add_used_up(practice->plugin, sending);
        break;
    default: break; /* sending.c says it all */
    }
}

void cmb_sending_refuse_for_quota(struct cmb_sending *sending, const struct cmb_practice *practice,
                                  const struct cmb_quota_word *word)
{
    write_limit(practice, word->http_status, sending);
    add_number(sending, "Retry-After", (word->retry_ns + second_ns - 1) / second_ns);
}
