/* What tells the frames of a stream apart? */
#include "plugin/compile.h"

enum { PROBES_MOST = 64 };

/* Steps are keys and indices, points between them: nothing in a frame is looked for otherwise. */
int cmb_check_frame_path(struct cmb_compiler *compiler, const char *column, const char *path)
{
    struct cmb_text left = cmb_text_of(path), step;
    while (left.at) {
        left = cmb_text_cut(left, '.', &step);
        if (!step.length || strcspn(step.at, "[]{}* ") < step.length)
            return cmb_refuse(compiler, column, "\"%s\" is no path here: keys and indices", path);
    }
    return CAMBIST_OK;
}

/* The number of a path among those that terms ask about; -1: there are too many. */
static int find_or_add_probe(struct cmb_compiler *compiler, const char *path)
{
    struct cmb_plugin *plugin = compiler->plugin;
    for (uint32_t i = 0; i < plugin->probe_count; i++)
        if (strcmp(plugin->probes[i], path) == 0)
            return (int)i;
    if (plugin->probe_count == PROBES_MOST)
        return -1;
    plugin->probes[plugin->probe_count] = path;
    return (int)plugin->probe_count++;
}

static int compile_values(struct cmb_compiler *compiler, struct cmb_text text,
                          struct cmb_frame_term *term)
{
    size_t most = 1;
    for (size_t i = 0; i < text.length; i++)
        most += text.at[i] == '|';
    struct cmb_frame_value *values = cmb_compiler_take(compiler, most, sizeof *values);
    if (!values)
        return CAMBIST_NO_MEMORY;
    term->values = values;
    while (text.at) {
        struct cmb_text value;
        text = cmb_text_cut(text, '|', &value);
        if (!value.length)
            return cmb_refuse(compiler, "frames", "a term compares with nothing");
        bool is_beginning = value.at[value.length - 1] == '*';
        value.length -= is_beginning;
        values[term->count++] = (struct cmb_frame_value){ value, is_beginning };
    }
    return CAMBIST_OK;
}

/* `path=a|b`, `path`, `!path`. */
static int compile_term(struct cmb_compiler *compiler, struct cmb_text text,
                        struct cmb_frame_term *term)
{
    struct cmb_text name, equals = cmb_text_cut(text, '=', &name);
    term->test = equals.at ? CMB_ONE_OF : CMB_GIVEN;
    if (!equals.at && name.length && name.at[0] == '!') {
        term->test = CMB_NOT_GIVEN;
        name = (struct cmb_text){ name.at + 1, name.length - 1 };
    }
    const char *path = cmb_arena_copy(&compiler->plugin->arena, name);
    if (!path)
        return CAMBIST_NO_MEMORY;
    int status = cmb_check_frame_path(compiler, "frames", path);
    if (status != CAMBIST_OK)
        return status;
    int probe = find_or_add_probe(compiler, path);
    if (probe < 0)
        return cmb_refuse(compiler, "frames", "more than %d paths are asked about", PROBES_MOST);
    term->probe = (uint32_t)probe;
    return equals.at ? compile_values(compiler, equals, term) : CAMBIST_OK;
}

static int take_probes(struct cmb_compiler *compiler)
{
    if (!compiler->plugin->probes)
        compiler->plugin->probes =
            cmb_compiler_take(compiler, PROBES_MOST, sizeof *compiler->plugin->probes);
    return compiler->plugin->probes ? CAMBIST_OK : CAMBIST_NO_MEMORY;
}

int cmb_compile_frames(struct cmb_compiler *compiler, const char *text, struct cmb_frame_rule *ret)
{
    struct cmb_text left = cmb_text_of(text);
    size_t blanks = strspn(text ? text : "", " ");
    if (left.length == blanks || cmb_text_is(left, CMB_TEXT("=")))
        return cmb_refuse(compiler, "frames", "nothing tells its frames from others");
    if (left.at[0] == '=') {
        ret->whole = (struct cmb_text){ left.at + 1, left.length - 1 };
        return CAMBIST_OK;
    }
    size_t most = 1;
    for (size_t i = 0; i < left.length; i++)
        most += left.at[i] == ' ';
    struct cmb_frame_term *terms = cmb_compiler_take(compiler, most, sizeof *terms);
    int status = terms ? take_probes(compiler) : CAMBIST_NO_MEMORY;
    ret->terms = terms;
    while (left.at && status == CAMBIST_OK) {
        struct cmb_text term;
        left = cmb_text_cut(left, ' ', &term);
        status = term.length ? compile_term(compiler, term, &terms[ret->count]) : CAMBIST_OK;
        ret->count += term.length != 0;
    }
    return status;
}
