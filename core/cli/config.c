/* cambist config check|keys: is the configuration right, and what can stand in it? */
#include "cli/ask.h"
#include "config/keys.h"

static int check_file(const char *path)
{
    struct cmb_settings settings = { 0 };
    struct cmb_buffer report;
    struct cambist_error error = { 0 };
    cmb_buffer_init(&report, 1 << 20);
    int status = cmb_settings_read(&settings, path, &report, &error);
    if (status == CAMBIST_OK)
        printf("%s: fine, %zu exchange%s\n", path, settings.exchange_count,
               settings.exchange_count == 1 ? "" : "s");
    else
        fputs(report.length ? cmb_buffer_string(&report) : error.message, stderr);
    if (status != CAMBIST_OK && !report.length)
        fputc('\n', stderr);
    cmb_settings_clear(&settings);
    cmb_buffer_clear(&report);
    return status == CAMBIST_OK ? CMB_EXIT_DONE : CMB_EXIT_FAILED;
}

static int list_keys(void)
{
    struct cmb_buffer text;
    cmb_buffer_init(&text, 1 << 20);
    cmb_keys_list(&text);
    fputs(cmb_buffer_string(&text), stdout);
    cmb_buffer_clear(&text);
    return CMB_EXIT_DONE;
}

int cmb_cli_config(int count, char **words)
{
    if (count == 3 && strcmp(words[1], "check") == 0)
        return check_file(words[2]);
    if (count == 2 && strcmp(words[1], "keys") == 0)
        return list_keys();
    return cmb_cli_usage("config", "needs check FILE, or keys");
}
