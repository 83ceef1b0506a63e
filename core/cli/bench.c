/* cambist bench: how fast is it on this machine, and which goals does that reach?
 *
 * The measuring is done by programs of its own, bench_<subject>, which stand beside the command or
 * in ../libexec/cambist.  They run one after the other, and tell rows of JSON; the goals among them
 * become one table.
 */
#include "cli/ask.h"

#include <dirent.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <libgen.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SUBJECTS_MOST = 64 };

struct bench {
    char folder[PATH_MAX];
    char *subjects[SUBJECTS_MOST]; /* all that there are, in the order of their names */
    int subject_count;
    bool is_json, is_quick;
    struct cmb_table *table;
    int reached, missed, unknown; /* goals; unknown: not measured here */
};

/* ---- which are there ---- */

static int is_bench(const struct dirent *entry)
{
    return strncmp(entry->d_name, "bench_", 6) == 0 && !strchr(entry->d_name, '.');
}

static bool find_subjects(struct bench *bench, const char *below)
{
    struct dirent **entries;
    char own[PATH_MAX] = "";
    if (readlink("/proc/self/exe", own, sizeof own - 1) < 0)
        return false;
    snprintf(bench->folder, sizeof bench->folder, "%.2000s%s", dirname(own), below);
    int count = scandir(bench->folder, &entries, is_bench, alphasort);
    for (int i = 0; i < count; i++) {
        if (bench->subject_count < SUBJECTS_MOST)
            bench->subjects[bench->subject_count++] = strdup(entries[i]->d_name + 6);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return count > 0;
}

static bool is_subject(const struct bench *bench, const char *word)
{
    for (int i = 0; i < bench->subject_count; i++)
        if (strcmp(bench->subjects[i], word) == 0)
            return true;
    return false;
}

/* ---- what they tell ---- */

static const char *text_of(struct json_object *row, const char *key)
{
    struct json_object *value;
    return json_object_object_get_ex(row, key, &value) ? json_object_get_string(value) : NULL;
}

/* A number with three digits that count, and its unit: the last word of what the figure is. */
static void add_number(struct cmb_table *table, struct json_object *row, const char *key,
                       const char *unit)
{
    char text[64];
    struct json_object *value;
    if (!json_object_object_get_ex(row, key, &value)) {
        cmb_table_add(table, "-");
        return;
    }
    double number = json_object_get_double(value);
    snprintf(text, sizeof text, "%.*f%s%s", number >= 100 ? 0 : number >= 10 ? 1 : 2, number,
             *unit ? " " : "", unit);
    cmb_table_add(table, text);
}

static void add_goal(struct bench *bench, struct json_object *row)
{
    const char *figure = text_of(row, "figure"), *unit = figure ? strrchr(figure, ' ') : NULL;
    const char *least = text_of(row, "at_least"), *most = text_of(row, "at_most");
    const char *against = text_of(row, "against"), *reason = text_of(row, "reason");
    const char *reached = text_of(row, "is_reached");
    char bound[64], result[200];
    unit = unit ? unit + 1 : figure ? figure : "";
    snprintf(bound, sizeof bound, "%s %.4s%s%s", least ? ">=" : "<=", least ? least : most ? most : "?",
             against ? " x" : " ", against ? "" : unit);
    bool is_reached = reached && strcmp(reached, "true") == 0;
    snprintf(result, sizeof result, "%s%s",
             !reached ? "not measured here: " : is_reached ? "reached" : "NOT reached",
             !reached && reason ? reason : "");
    *(!reached ? &bench->unknown : is_reached ? &bench->reached : &bench->missed) += 1;
    cmb_table_add(bench->table, text_of(row, "work"));
    cmb_table_add(bench->table, against ? against : "");
    add_number(bench->table, row, "floor", unit);
    add_number(bench->table, row, "ours", unit);
    add_number(bench->table, row, "ratio", "");
    cmb_table_add(bench->table, bound);
    cmb_table_add(bench->table, result);
}

static void take_line(struct bench *bench, const char *line)
{
    if (bench->is_json) {
        fputs(line, stdout);
        fflush(stdout);
        return;
    }
    struct json_object *row = json_tokener_parse(line);
    const char *kind = row ? text_of(row, "kind") : NULL;
    if (kind && strcmp(kind, "goal") == 0)
        add_goal(bench, row);
    json_object_put(row);
}

/* ---- running ---- */

/* Starts the program with its output in a pipe; NULL when it cannot be started. */
static FILE *start(const struct bench *bench, const char *subject, pid_t *ret_process)
{
    char path[PATH_MAX + 80], rows[] = "--rows", quick[] = "--quick";
    char *words[] = { path, rows, bench->is_quick ? quick : NULL, NULL };
    int ends[2];
    posix_spawn_file_actions_t actions;
    snprintf(path, sizeof path, "%s/bench_%s", bench->folder, subject);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return NULL;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    int status = posix_spawn(ret_process, path, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    FILE *from = status == 0 ? fdopen(ends[0], "r") : NULL;
    if (!from)
        close(ends[0]);
    return from;
}

/* Whether the program ended well. */
static bool run(struct bench *bench, const char *subject)
{
    pid_t process;
    char *line = NULL;
    size_t size = 0;
    int status = -1;
    if (!bench->is_json)
        fprintf(stderr, "measuring %s ...\n", subject);
    FILE *from = start(bench, subject, &process);
    while (from && getline(&line, &size, from) > 0)
        take_line(bench, line);
    free(line);
    if (from) {
        fclose(from);
        waitpid(process, &status, 0);
    }
    if (status != 0)
        fprintf(stderr, "cambist bench: %s did not end well\n", subject);
    return status == 0;
}

static void print_table(struct bench *bench)
{
    cmb_table_print(bench->table);
    printf("\n%d goals reached, %d NOT reached, %d not measured here\n", bench->reached,
           bench->missed, bench->unknown);
}

/* ---- the command ---- */

/* Takes the options out of `words`; what is left are subjects.  -1: one of them is none. */
static int read_words(struct bench *bench, int count, char **words)
{
    int left = 0;
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--json") == 0)
            bench->is_json = true;
        else if (strcmp(words[i], "--quick") == 0)
            bench->is_quick = true;
        else if (is_subject(bench, words[i]))
            words[left++] = words[i];
        else
            return -1;
    }
    return left;
}

static int print_subjects(const struct bench *bench)
{
    char reason[1024] = "subjects are:";
    for (int i = 0; i < bench->subject_count; i++) {
        size_t length = strlen(reason);
        snprintf(reason + length, sizeof reason - length, " %s", bench->subjects[i]);
    }
    return cmb_cli_usage("bench", reason);
}

int cmb_cli_bench(int count, char **words)
{
    static const char *const titles[] = { "work", "against", "floor", "ours", "ratio", "goal", "" };
    struct bench bench = { 0 };
    if (!find_subjects(&bench, "") && !find_subjects(&bench, "/../libexec/cambist")) {
        fprintf(stderr, "cambist bench: there is no program bench_... beside the command\n");
        return CMB_EXIT_FAILED;
    }
    int chosen = read_words(&bench, count, words);
    int code = CMB_EXIT_DONE;
    if (chosen < 0)
        code = print_subjects(&bench);
    else if (!bench.is_json)
        bench.table = cmb_table_new(titles, sizeof titles / sizeof *titles);
    for (int i = 0; i < (chosen ? chosen : bench.subject_count) && chosen >= 0; i++)
        if (!run(&bench, chosen ? words[i] : bench.subjects[i]))
            code = CMB_EXIT_FAILED;
    if (bench.table)
        print_table(&bench);
    for (int i = 0; i < bench.subject_count; i++)
        free(bench.subjects[i]);
    return code;
}
