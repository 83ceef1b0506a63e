/* plugin/compile.h - what the compilers of the tables share: where they are, and how they refuse.
 *
 * A compiler walks one plugin on one thread.  Everything it makes comes from the plugin's arena.
 * Each function returns a status; a refusal names the table, the row and the reason, once.
 */
#ifndef CMB_PLUGIN_COMPILE_H
#define CMB_PLUGIN_COMPILE_H

#include "base/fail.h"
#include "plugin/plugin.h"

/* The row that is being compiled.  Rows inside rows (an endpoint's parameters) have an outer. */
struct cmb_place {
    const char *table, *name; /* name: what the row calls itself; may be NULL */
    uint32_t row;
};

struct cmb_compiler {
    struct cmb_plugin *plugin;
    struct cambist_error *error;
    struct cmb_place outer, inner; /* inner.table NULL: there is none */
};

/* Says why the plugin cannot be used: "okx: endpoints row 3 (create_order), parameters row 1
 * (side), value: ...".  Returns CAMBIST_BAD_PLUGIN. */
int cmb_refuse(struct cmb_compiler *compiler, const char *column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* `count` zeroed things of `size` bytes; NULL without memory, which is then the reason. */
void *cmb_compiler_take(struct cmb_compiler *compiler, size_t count, size_t size);

/* Groups the rows of `words` by table and checks our words against the vocabularies. */
int cmb_compile_words(struct cmb_compiler *compiler);
/* `text` NULL gives the empty template. */
int cmb_compile_template(struct cmb_compiler *compiler, const char *column, const char *text,
                         struct cmb_template *ret);
/* What {name} stands for: fills name, index and words of *step; false when there is no such name. */
bool cmb_find_name(const struct cmb_plugin *plugin, struct cmb_text name, struct cmb_step *step);
/* `text` NULL gives the condition that always holds. */
int cmb_compile_condition(struct cmb_compiler *compiler, const char *text,
                          struct cmb_condition *ret);
int cmb_compile_derived(struct cmb_compiler *compiler);
/* Path of rows or of a value; `may_iterate` admits [] and {}.  Cuts no alternatives. */
int cmb_compile_path(struct cmb_compiler *compiler, const char *column, struct cmb_text text,
                     bool may_iterate, struct cmb_path *ret);
/* The field rows of an endpoint of that record, merged into trees. */
int cmb_compile_fields(struct cmb_compiler *compiler, const struct cambist_field *rows,
                       uint32_t count, uint32_t record, struct cmb_fields *ret);
int cmb_compile_endpoints(struct cmb_compiler *compiler);
/* Dialects, channels, signals, and what tells frames apart. */
int cmb_compile_streams(struct cmb_compiler *compiler);
/* Fills the terms of one row's `frames`; `text` NULL is refused. */
int cmb_compile_frames(struct cmb_compiler *compiler, const char *text,
                       struct cmb_frame_rule *ret);
/* Whether `path`, of a value in a frame, can be looked for; NULL: nothing is. */
int cmb_check_frame_path(struct cmb_compiler *compiler, const char *column, const char *path);
int cmb_check_book_rules(struct cmb_compiler *compiler);
/* Whether a channel has a rule exactly where it is a book, and what the rule needs. */
int cmb_check_book_channel(struct cmb_compiler *compiler, const struct cmb_channel *channel);
int cmb_check_order_rules(struct cmb_compiler *compiler);
/* Limits, servers, credentials, failures, faults: what can be checked by looking. */
int cmb_check_tables(struct cmb_compiler *compiler);

/* The row of that name in a table whose rows begin with a name; -1 when there is none. */
int cmb_find_server(const struct cmb_plugin *plugin, const char *name);
int cmb_find_credential(const struct cmb_plugin *plugin, struct cmb_text name);
/* NULL: there is none of that name (NULL). */
const struct cambist_book_rule *cmb_find_book_rule(const struct cmb_plugin *plugin,
                                                   const char *name);
/* After the endpoints were compiled. */
bool cmb_has_operation(const struct cmb_plugin *plugin, uint32_t operation);

#endif
