/* base/fail.h - how a failure is written down: the first reason wins.
 *
 * A function that fails fills the caller's struct cambist_error and returns its status, so that
 * `return cmb_fail(error, ...)` is the usual form.  A second failure on the way out leaves the
 * first reason alone.  `error` may be NULL where nobody wants the reason.
 */
#ifndef CMB_BASE_FAIL_H
#define CMB_BASE_FAIL_H

#include <cambist/status.h>

#include "base/text.h"

/* Formats the reason.  For cold paths: files, tables, arguments. */
int cmb_fail(struct cambist_error *error, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Copies a reason that is ready: no formatting.  For paths that a storm of failures walks.  An empty
 * one, for which there was no memory, becomes the words of the status. */
int cmb_fail_plain(struct cambist_error *error, int status, struct cmb_text reason);

/* Empties `error`, so that the next reason is the first again. */
void cmb_fail_reset(struct cambist_error *error);

/* The name ("RATE_LIMITED") and the sentence of a status; "?" for a number that is none. */
const char *cmb_status_name(uint32_t status);
const char *cmb_status_text(uint32_t status);
const char *cmb_outcome_text(uint32_t outcome);

#endif
