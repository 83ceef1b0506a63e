/* What does a helper program say the credentials are? */
#include "config/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"
#include "config/credentials.h"
#include "config/trusted_file.h"

enum { WORDS_MOST = 32, WORDS_BYTES_MOST = 2048 };

/* Cuts "a;b;c" into words; false when there are too many. */
static bool cut_words(const char *text, char *room, char **ret_words)
{
    size_t length = strlen(text), count = 0;
    if (length >= WORDS_BYTES_MOST)
        return false;
    memcpy(room, text, length + 1);
    for (char *word = room; word; count++) {
        if (count + 1 >= WORDS_MOST)
            return false;
        ret_words[count] = word;
        word = strchr(word, ';');
        if (word)
            *word++ = 0;
    }
    ret_words[count] = NULL;
    return true;
}

/* Starts the program with an empty input and its output into `out`; in a group of its own, so that
 * what it starts ends with it.  0 on failure. */
static pid_t start(char **words, int out)
{
    extern char **environ;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid = 0;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    if (posix_spawn(&pid, words[0], &actions, &attributes, words, environ) != 0)
        pid = 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

/* Waits for the program's end until the deadline, then ends it.  Whether it ended well by itself.
 */
static bool finish(pid_t pid, bool is_wanted, int64_t deadline_ms)
{
    int status = -1, pidfd = pidfd_open(pid, 0);
    int64_t left_ms = deadline_ms - cmb_source_now_ms();
    struct pollfd asked = { .fd = pidfd, .events = POLLIN };
    bool is_over = is_wanted && pidfd >= 0 && left_ms > 0 && poll(&asked, 1, (int)left_ms) == 1;
    if (pidfd >= 0)
        close(pidfd);
    if (!is_over)
        kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return is_over && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int run(struct cmb_source *source, struct cmb_vault *vault, char **words,
               struct cambist_error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return cmb_fail(error, CAMBIST_NO_MEMORY, "no pipe for %s", words[0]);
    int64_t deadline_ms = cmb_source_now_ms() + CMB_CREDENTIALS_TIMEOUT_MS;
    pid_t pid = start(words, ends[1]);
    close(ends[1]);
    int status = CAMBIST_BAD_CONFIG;
    if (pid) {
        status = cmb_source_read_stream(source, vault, ends[0], deadline_ms, error);
        if (!finish(pid, status == CAMBIST_OK, deadline_ms) && status == CAMBIST_OK) {
            cmb_vault_give(vault, source->at, source->size);
            status = cmb_fail(error, CAMBIST_BAD_CONFIG, "%s failed", words[0]);
        }
    } else {
        cmb_fail(error, status, "%s cannot be started", words[0]);
    }
    close(ends[0]);
    return status;
}

int cmb_source_read_command(struct cmb_source *source, struct cmb_vault *vault, const char *text,
                            struct cambist_error *error)
{
    char room[WORDS_BYTES_MOST], *words[WORDS_MOST];
    struct cmb_trusted_file program;
    if (!cut_words(text, room, words))
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "a command of more than %d words or %d bytes",
                        WORDS_MOST - 1, WORDS_BYTES_MOST - 1);
    int status = cmb_trusted_file_open(&program, words[0], CMB_TRUST_PUBLIC, SIZE_MAX, error);
    if (status != CAMBIST_OK)
        return status;
    close(program.fd);
    return run(source, vault, words, error);
}
