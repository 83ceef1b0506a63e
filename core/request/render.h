/* request/render.h - what the files that render templates share. */
#ifndef CMB_REQUEST_RENDER_H
#define CMB_REQUEST_RENDER_H

#include "request/call.h"

/* No rendered value is larger. */
enum { VALUE_BYTES_MOST = 1 << 20 };

/* Moves what `buffer` holds into the call's arena and clears the buffer; absent without room. */
struct cmb_text cmb_call_keep(struct cmb_call *call, struct cmb_buffer *buffer);
/* A time of a step with its shift; absent when it was not given. */
struct cmb_text cmb_shifted_time(struct cmb_call *call, const struct cmb_step *step);
/* The call's own moment in that form; each form is written once. */
struct cmb_text cmb_current_time(struct cmb_call *call, uint32_t form);
/* Appends the effect of one filter: *text becomes its result. */
int cmb_apply_filter(struct cmb_call *call, uint32_t filter, struct cmb_text *text);

#endif
