/* cambist doctor: will it run here as it is configured, and how much memory may it take? */
#include "cli/doctor.h"

#include <stdarg.h>
#include <stdlib.h>

#include "host/ceilings.h"

static const char *const words[] = { [CMB_FINDING_FINE] = "fine", [CMB_FINDING_NOTE] = "note",
                                     [CMB_FINDING_WRONG] = "wrong" };

static void print_json(const char *finding, const char *about, const char *text)
{
    struct cmb_buffer line;
    struct cmb_json_writer writer;
    cmb_buffer_init(&line, 1 << 14);
    cmb_json_writer_init(&writer, &line);
    cmb_json_begin_object(&writer);
    const char *pairs[][2] = { { "finding", finding }, { "about", about }, { "text", text } };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cmb_json_write_key(&writer, cmb_text_of(pairs[i][0]));
        cmb_json_write_string(&writer, cmb_text_of(pairs[i][1]));
    }
    cmb_json_end_object(&writer);
    cmb_cli_print(&line);
    cmb_buffer_clear(&line);
}

void cmb_doctor_say(struct cmb_doctor *doctor, enum cmb_finding finding, const char *about,
                    const char *format, ...)
{
    char text[1024];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    doctor->wrong += finding == CMB_FINDING_WRONG;
    if (doctor->is_json)
        print_json(words[finding], about, text);
    else
        printf("%-6s %-14s %s\n", words[finding], about, text);
}

/* ---- the configuration ---- */

static void read_settings(struct cmb_doctor *doctor)
{
    struct cambist_error error = { 0 };
    if (!doctor->config) {
        cmb_settings_init(&doctor->settings);
        cmb_doctor_say(doctor, CMB_FINDING_NOTE, "configuration",
                       "none was given: the defaults are looked at (--config FILE)");
        return;
    }
    int status = cmb_settings_read(&doctor->settings, doctor->config, NULL, &error);
    if (status == CAMBIST_OK)
        cmb_doctor_say(doctor, CMB_FINDING_FINE, "configuration", "%s: %zu exchanges",
                       doctor->config, doctor->settings.exchange_count);
    else
        cmb_doctor_say(doctor, CMB_FINDING_WRONG, "configuration", "%s", error.message);
}

/* ---- ceilings ---- */

static void print_ceilings(const struct cmb_doctor *doctor)
{
    static const char *const titles[] = { "at most MiB", "of each", "what" };
    struct cmb_table *table = cmb_table_new(titles, 3);
    struct cmb_ceiling ceiling;
    for (size_t i = 0; cmb_ceiling_at(&doctor->settings.host, i, &ceiling); i++) {
        char mib[32];
        snprintf(mib, sizeof mib, "%.1f", (double)ceiling.bytes / (1 << 20));
        cmb_table_add(table, mib);
        cmb_table_add(table, ceiling.of);
        cmb_table_add(table, ceiling.what);
    }
    puts("");
    cmb_table_print(table);
}

/* ---- the command ---- */

static int read_words(struct cmb_doctor *doctor, int count, char **given)
{
    doctor->config = getenv("CAMBIST_CONFIG");
    for (int i = 1; i < count; i++) {
        if (strcmp(given[i], "--json") == 0)
            doctor->is_json = true;
        else if (strcmp(given[i], "--config") == 0 && i + 1 < count)
            doctor->config = given[++i];
        else
            return cmb_cli_usage("doctor", "an option is unknown, or its value is none");
    }
    return CMB_EXIT_DONE;
}

int cmb_cli_doctor(int count, char **given)
{
    struct cmb_doctor doctor = { 0 };
    int code = read_words(&doctor, count, given);
    if (code != CMB_EXIT_DONE)
        return code;
    read_settings(&doctor);
    cmb_doctor_look_at_machine(&doctor);
    if (!doctor.wrong && doctor.settings.exchange_count)
        cmb_doctor_ask_exchanges(&doctor);
    if (!doctor.is_json)
        print_ceilings(&doctor);
    cmb_settings_clear(&doctor.settings);
    return doctor.wrong ? CMB_EXIT_FAILED : CMB_EXIT_DONE;
}
