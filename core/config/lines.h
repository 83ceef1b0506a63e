/* config/lines.h - where in the file does each section and key stand?
 *
 * GKeyFile forgets lines, and silently takes the last of two equal keys; this scan remembers both.
 */
#ifndef CMB_CONFIG_LINES_H
#define CMB_CONFIG_LINES_H

#include "base/text.h"

struct cmb_line {
    size_t number; /* from 1; 0: the content is over */
    enum { CMB_LINE_SECTION = 1, CMB_LINE_KEY = 2, CMB_LINE_WRONG = 3 } form;
    struct cmb_text name; /* of the section or the key; empty for a wrong line */
    bool has_marker;      /* the line holds "-----BEGIN": a key's armour */
};

struct cmb_lines {
    struct cmb_text rest;
    size_t number;
};

void cmb_lines_init(struct cmb_lines *lines, struct cmb_text content);
/* The next line that is neither blank nor a comment. */
struct cmb_line cmb_lines_next(struct cmb_lines *lines);

#endif
