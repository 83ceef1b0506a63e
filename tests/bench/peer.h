/* bench/peer.h - a program in another language does the same work beside us.
 *
 * It says "ready", or why not, and answers each line with numbers, or with "missing" and a reason.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "bench/bench.h"
#include "support/certificates.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct peer {
    FILE *to, *from; /* NULL: it cannot be had here */
    pid_t process;
    char reason[120]; /* why the last answer was none */
};

static inline bool peer_read_(struct peer *peer, char *line, size_t size)
{
    if (!peer->from || !fgets(line, (int)size, peer->from)) {
        snprintf(peer->reason, sizeof peer->reason, "%s",
                 *peer->reason ? peer->reason : "it cannot be started here");
        return false;
    }
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "missing ", 8) != 0)
        return true;
    snprintf(peer->reason, sizeof peer->reason, "%.110s", line + 8);
    return false;
}

static inline void peer_stop(struct peer *peer)
{
    if (peer->to)
        fclose(peer->to);
    if (peer->from)
        fclose(peer->from);
    if (peer->process > 0) {
        kill(peer->process, SIGKILL);
        waitpid(peer->process, NULL, 0);
    }
    peer->to = peer->from = NULL;
    peer->process = 0;
}

/* Starts the program `words[0]`; false, with the reason in peer->reason, where it cannot be had. */
static inline bool peer_start(struct peer *peer, char *const *words)
{
    int input[2], output[2];
    char line[256];
    const char *ca_file = test_certificates_ca_file();
    *peer = (struct peer){ 0 };
    bench_require(pipe2(input, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0, "no pipe");
    peer->process = fork();
    if (peer->process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(input[0], 0);
        dup2(output[1], 1);
        setenv("NODE_EXTRA_CA_CERTS", ca_file, 1);
        execvp(words[0], words);
        _exit(77);
    }
    close(input[0]);
    close(output[1]);
    peer->to = fdopen(input[1], "w");
    peer->from = fdopen(output[0], "r");
    if (peer_read_(peer, line, sizeof line) && strcmp(line, "ready") == 0)
        return true;
    peer_stop(peer);
    return false;
}

/* Asks one line, and reads `count` numbers; false: peer->reason says why there are none. */
static inline __attribute__((format(printf, 4, 5))) bool
peer_ask(struct peer *peer, double *ret_numbers, int count, const char *format, ...)
{
    char line[256], *at = line;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(peer->to, format, arguments);
    va_end(arguments);
    fputc('\n', peer->to);
    fflush(peer->to);
    if (!peer_read_(peer, line, sizeof line))
        return false;
    for (int i = 0; i < count; i++)
        ret_numbers[i] = strtod(at, &at);
    return true;
}

#endif
