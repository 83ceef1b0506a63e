/* Kills a process with SIGKILL when it is about to make its n-th system call.
 *
 *     killer N PROGRAM WORDS ...
 *
 * Calls of all its threads are counted, in the order in which they are begun, from the first write
 * to standard output on; that call is never made.  Says "killed at N: NUMBER" on standard error and
 * ends with 0; 3 where the process ended earlier, 77 where tracing is not permitted.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

enum { ENDED_EARLIER = 3, NOT_PERMITTED = 77, SYSCALL_STOP = SIGTRAP | 0x80 };

static void run(char **words)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(NOT_PERMITTED);
    raise(SIGSTOP);
    execv(words[0], words);
    _exit(127);
}

/* The number of the call that the thread is about to make; -1: it has come back from one. */
static long call_begun(pid_t thread, int *ret_writes_out)
{
    struct ptrace_syscall_info info = { 0 };
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY)
        return -1;
    *ret_writes_out = info.entry.nr == SYS_write && info.entry.args[0] == STDOUT_FILENO;
    return (long)info.entry.nr;
}

static int end(pid_t process, long n, long call)
{
    int status;
    kill(process, SIGKILL);
    while (waitpid(-1, &status, __WALL) > 0)
        continue;
    fprintf(stderr, "killed at %ld: %ld\n", n, call);
    return 0;
}

/* Lets threads run from call to call until it is time. */
static int follow(pid_t process, long n)
{
    long count = 0;
    int status, writes_out = 0;
    for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status))
            continue; /* a thread has ended; without any left waitpid says so */
        int signal_number = WSTOPSIG(status);
        if (signal_number == SYSCALL_STOP) {
            long call = call_begun(thread, &writes_out);
            count += call >= 0 && (count || writes_out);
            if (call >= 0 && count >= n)
                return end(process, n, call);
            signal_number = 0;
        } else if (signal_number == SIGTRAP || signal_number == SIGSTOP) {
            signal_number = 0; /* a thread begins, or the tracing does */
        }
        ptrace(PTRACE_SYSCALL, thread, NULL, (void *)(long)signal_number);
    }
    return ENDED_EARLIER;
}

int main(int count, char **words)
{
    int status;
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    if (count < 3)
        return 2;
    pid_t process = fork();
    if (process == 0)
        run(words + 2);
    if (process < 0 || waitpid(process, &status, 0) != process)
        return 1;
    if (!WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, process, NULL, (void *)options) != 0)
        return NOT_PERMITTED;
    ptrace(PTRACE_SYSCALL, process, NULL, NULL);
    return follow(process, strtol(words[1], NULL, 10));
}
