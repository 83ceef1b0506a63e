/* How does a table stand straight? */
#include <stdlib.h>

#include "cli/ask.h"
#include "number/decimal.h"
#include "number/time.h"

enum { COLUMNS_MOST = 16 };

struct cmb_table {
    size_t columns, cells, capacity, widths[COLUMNS_MOST];
    char **texts;
};

struct cmb_table *cmb_table_new(const char *const *titles, size_t columns)
{
    struct cmb_table *table = calloc(1, sizeof *table);
    if (!table)
        abort();
    table->columns = columns;
    for (size_t i = 0; i < columns; i++)
        cmb_table_add(table, titles[i]);
    return table;
}

/* Cells count by characters, not by bytes. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

void cmb_table_add(struct cmb_table *table, const char *text)
{
    if (table->cells == table->capacity) {
        table->capacity = table->capacity ? table->capacity * 2 : 64;
        table->texts = realloc(table->texts, table->capacity * sizeof *table->texts);
    }
    char *copy = strdup(text ? text : "");
    if (!table->texts || !copy)
        abort();
    size_t width = width_of(copy), *widest = &table->widths[table->cells % table->columns];
    *widest = width > *widest ? width : *widest;
    table->texts[table->cells++] = copy;
}

void cmb_table_add_decimal(struct cmb_table *table, const struct cambist_decimal *value)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    cmb_decimal_format(value, text);
    cmb_table_add(table, text);
}

void cmb_table_add_time(struct cmb_table *table, int64_t time_ns)
{
    char text[CMB_TIME_TEXT_SIZE] = "";
    if (time_ns) {
        size_t length = cmb_time_format_iso(time_ns, CMB_TIME_S, text);
        text[10] = ' ';
        text[length - 1] = 0;
    }
    cmb_table_add(table, text);
}

void cmb_table_add_word(struct cmb_table *table, uint32_t kind, uint64_t number)
{
    cmb_table_add(table, cmb_vocabulary_word(cmb_vocabulary_of(kind), number).at);
}

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "-+.0123456789%,")] == 0;
}

/* A column of numbers has its title at the right too. */
static bool stands_right(const struct cmb_table *table, size_t column)
{
    for (size_t cell = table->columns + column; cell < table->cells; cell += table->columns)
        if (*table->texts[cell] && !is_number(table->texts[cell]))
            return false;
    return table->cells > table->columns;
}

void cmb_table_print(struct cmb_table *table)
{
    bool is_right[COLUMNS_MOST];
    for (size_t column = 0; column < table->columns; column++)
        is_right[column] = stands_right(table, column);
    for (size_t cell = 0; cell < table->cells; cell++) {
        size_t column = cell % table->columns;
        bool is_last = column + 1 == table->columns;
        int gap = (int)(table->widths[column] - width_of(table->texts[cell]));
        printf("%*s%s%*s", is_right[column] ? gap : 0, "", table->texts[cell],
               is_right[column] || is_last ? 0 : gap, "");
        fputs(is_last ? "\n" : "  ", stdout);
        free(table->texts[cell]);
    }
    free(table->texts);
    free(table);
}
