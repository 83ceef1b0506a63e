/* How is the first reason for a failure kept, and how are statuses named? */
#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>

int cmb_fail(struct cambist_error *error, int status, const char *format, ...)
{
    if (!error || error->status != CAMBIST_OK)
        return status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->status = (uint32_t)status;
    return status;
}

int cmb_fail_plain(struct cambist_error *error, int status, struct cmb_text reason)
{
    if (!error || error->status != CAMBIST_OK)
        return status;
    if (!reason.length) /* there was no memory to write it */
        reason = cmb_text_of(cmb_status_text((uint32_t)status));
    size_t most = sizeof error->message - 1;
    size_t length = reason.length < most ? reason.length : most;
    memcpy(error->message, reason.at, length);
    error->message[length] = 0;
    error->status = (uint32_t)status;
    return status;
}

void cmb_fail_reset(struct cambist_error *error)
{
    if (!error)
        return;
    error->status = error->outcome = error->http_status = error->retry_after_ms = 0;
    error->code[0] = error->message[0] = 0;
}

const char *cmb_status_name(uint32_t status)
{
    static const char *const names[] = {
#define X(name, number, text) [number] = #name,
        CAMBIST_STATUS_LIST(X)
#undef X
    };
    return status < CAMBIST_STATUS_COUNT ? names[status] : "?";
}

const char *cmb_status_text(uint32_t status)
{
    static const char *const texts[] = {
#define X(name, number, text) [number] = text,
        CAMBIST_STATUS_LIST(X)
#undef X
    };
    return status < CAMBIST_STATUS_COUNT ? texts[status] : "?";
}

const char *cmb_outcome_text(uint32_t outcome)
{
    static const char *const texts[] = {
#define X(name, number, text) [number] = text,
        CAMBIST_OUTCOME_LIST(X)
#undef X
    };
    return outcome < sizeof texts / sizeof *texts ? texts[outcome] : "?";
}
