/* Which command was asked for? */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

static void print_help(FILE *to)
{
    fputs("cambist: connects programs to crypto exchanges\n\n"
          "usage: cambist COMMAND ...     cambist COMMAND --help\n\n", to);
    for (size_t i = 0; i < cmb_command_count; i++)
        fprintf(to, "  %-10s %s\n", cmb_commands[i].name, cmb_commands[i].help);
}

static void print_command(FILE *to, const struct cmb_command *command)
{
    fprintf(to, "%s\n\nusage: cambist %s %s\n\nexample:\n  %s\n", command->help, command->name,
            command->usage, command->example);
}

static const struct cmb_command *find_command(const char *name)
{
    for (size_t i = 0; i < cmb_command_count; i++)
        if (strcmp(cmb_commands[i].name, name) == 0)
            return &cmb_commands[i];
    return NULL;
}

int cmb_cli_usage(const char *command, const char *reason)
{
    fprintf(stderr, "cambist %s: %s\n\n", command, reason);
    print_command(stderr, find_command(command));
    return CMB_EXIT_USAGE;
}

static bool wants_help(int count, char **words)
{
    for (int i = 1; i < count; i++)
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            return true;
    return false;
}

int main(int count, char **words)
{
    if (count < 2) {
        print_help(stderr);
        return CMB_EXIT_USAGE;
    }
    const struct cmb_command *command = find_command(words[1]);
    if (!command && (strcmp(words[1], "--help") == 0 || strcmp(words[1], "help") == 0)) {
        print_help(stdout);
        return CMB_EXIT_DONE;
    }
    if (!command) {
        fprintf(stderr, "cambist: there is no command \"%s\"; cambist --help lists them\n",
                words[1]);
        return CMB_EXIT_USAGE;
    }
    if (wants_help(count - 1, words + 1)) {
        print_command(stdout, command);
        return CMB_EXIT_DONE;
    }
    return command->run(count - 1, words + 1);
}
