/* bench/forked_server.h - a server of the tests in a process of its own, which dies with the bench. */
#ifndef BENCH_FORKED_SERVER_H
#define BENCH_FORKED_SERVER_H

#include "support/certificates.h"
#include "support/tls_server.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* `prepare` runs in the new process before it serves.  The port in *ret_port. */
static inline pid_t bench_fork_server(void (*prepare)(void), test_request_fn on_request,
                                      uint16_t *ret_port)
{
    int ends[2];
    if (pipe(ends) != 0)
        abort();
    test_certificates_ca_file(); /* made once, for both processes */
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prepare();
        struct test_server *server =
            test_server_start(&(struct test_server_settings){ .on_request = on_request });
        if (write(ends[1], &server->port, sizeof server->port) > 0)
            pause();
        _exit(0);
    }
    if (child < 0 || read(ends[0], ret_port, sizeof *ret_port) != sizeof *ret_port)
        abort();
    close(ends[0]);
    close(ends[1]);
    return child;
}

#endif
