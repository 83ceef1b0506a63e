/* Who can see what lies in the vault? */
#include "crypto/vault.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test.h"

static struct cmb_vault opened(size_t size_bytes)
{
    struct cmb_vault vault;
    CU_ASSERT_FATAL(cmb_vault_open(&vault, size_bytes, NULL) == CAMBIST_OK);
    return vault;
}

static void gives_out_zeroed_cells(void)
{
    struct cmb_vault vault = opened(CMB_VAULT_SIZE_BYTES);
    size_t all = cmb_vault_free_bytes(&vault);
    ASSERT_NUMBER(all, CMB_VAULT_SIZE_BYTES);
    char *at = cmb_vault_take(&vault, 100);
    CU_ASSERT_FATAL(at != NULL);
    ASSERT_NUMBER((uintptr_t)at % CMB_VAULT_CELL_BYTES, 0);
    memset(at, 'x', 100);
    ASSERT_NUMBER(cmb_vault_free_bytes(&vault), all - 2 * CMB_VAULT_CELL_BYTES);
    cmb_vault_give(&vault, at, 100);
    char *again = cmb_vault_take(&vault, 100);
    CU_ASSERT(again == at && again[0] == 0 && again[99] == 0);
    cmb_vault_give(&vault, again, 100);
    ASSERT_NUMBER(cmb_vault_free_bytes(&vault), all);
    cmb_vault_close(&vault);
}

static void says_when_it_is_full(void)
{
    struct cmb_vault vault = opened(4096);
    CU_ASSERT(cmb_vault_take(&vault, 4097) == NULL);
    CU_ASSERT(cmb_vault_take(&vault, 0) == NULL);
    char *first = cmb_vault_take(&vault, 64), *rest = cmb_vault_take(&vault, 4096 - 64);
    CU_ASSERT(first != NULL && rest != NULL);
    CU_ASSERT(cmb_vault_take(&vault, 1) == NULL);
    cmb_vault_give(&vault, first, 64);
    CU_ASSERT(cmb_vault_take(&vault, 65) == NULL);
    CU_ASSERT(cmb_vault_take(&vault, 64) == first);
    cmb_vault_close(&vault);
}

static void wipes_what_is_trimmed(void)
{
    struct cmb_vault vault = opened(4096);
    char *at = cmb_vault_take(&vault, 1000);
    memset(at, 'x', 1000);
    cmb_vault_trim(&vault, at, 1000, 100);
    CU_ASSERT(at[99] == 'x' && at[100] == 0 && at[999] == 0);
    ASSERT_NUMBER(cmb_vault_free_bytes(&vault), 4096 - 128);
    cmb_vault_give(&vault, at, 100);
    ASSERT_NUMBER(cmb_vault_free_bytes(&vault), 4096);
    cmb_vault_close(&vault);
}

static void is_zero_in_a_child(void)
{
    struct cmb_vault vault = opened(4096);
    char *at = cmb_vault_take(&vault, 64);
    memset(at, 'x', 64);
    pid_t child = fork();
    if (child == 0) {
        int sum = 0;
        for (size_t i = 0; i < 4096; i++)
            sum |= vault.at[i];
        _exit(sum ? 1 : 0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    ASSERT_NUMBER(status, 0);
    CU_ASSERT(at[0] == 'x' && at[63] == 'x');
    cmb_vault_close(&vault);
}

static sigjmp_buf back;

static void jump_back(int signal)
{
    siglongjmp(back, signal);
}

static bool faults(const volatile char *at)
{
    if (sigsetjmp(back, 1))
        return true;
    (void)*at;
    return false;
}

static void has_guards_on_both_sides(void)
{
    struct cmb_vault vault = opened(4096);
    struct sigaction action = { .sa_handler = jump_back }, before;
    sigaction(SIGSEGV, &action, &before);
    CU_ASSERT(faults(vault.at - 1));
    CU_ASSERT(faults(vault.at + vault.size_bytes));
    CU_ASSERT(!faults(vault.at));
    sigaction(SIGSEGV, &before, NULL);
    cmb_vault_close(&vault);
}

/* Whether the "VmFlags:" of the mapping that begins at `at` hold `flag`. */
static bool has_flag(const char *at, const char *flag)
{
    char line[512], address[32];
    bool is_ours = false, has = false;
    snprintf(address, sizeof address, "%lx-", (unsigned long)(uintptr_t)at);
    FILE *maps = fopen("/proc/self/smaps", "r");
    while (maps && fgets(line, sizeof line, maps)) {
        if (strncmp(line, "VmFlags:", 8) == 0)
            has |= is_ours && strstr(line, flag) != NULL;
        else if (line[0] >= 'a' || (line[0] >= '0' && line[0] <= '9'))
            is_ours = strncmp(line, address, strlen(address)) == 0;
    }
    if (maps)
        fclose(maps);
    return has;
}

static void is_left_out_of_dumps(void)
{
    struct cmb_vault vault = opened(4096);
    CU_ASSERT(has_flag(vault.at, " dd"));
    CU_ASSERT(has_flag(vault.at, " wf"));
    cmb_vault_close(&vault);
}

static void says_when_it_is_not_locked(void)
{
    struct rlimit before, none = { 0, 0 };
    getrlimit(RLIMIT_MEMLOCK, &before);
    none.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_MEMLOCK, &none);
    struct cmb_vault vault = opened(4096);
    CU_ASSERT(vault.is_locked == has_flag(vault.at, " lo") || vault.is_locked);
    CU_ASSERT(cmb_vault_take(&vault, 1) != NULL);
    cmb_vault_close(&vault);
    setrlimit(RLIMIT_MEMLOCK, &before);
}

static void refuses_silly_sizes(void)
{
    struct cmb_vault vault;
    struct cambist_error error = { 0 };
    ASSERT_NUMBER(cmb_vault_open(&vault, 0, &error), CAMBIST_BAD_ARGUMENT);
    ASSERT_NUMBER(cmb_vault_open(&vault, CMB_VAULT_MOST_BYTES + 1, NULL), CAMBIST_BAD_ARGUMENT);
    ASSERT_TEXT(error.message, "a vault of 0 bytes");
    CU_ASSERT(cmb_vault_take(&vault, 1) == NULL);
    ASSERT_NUMBER(cmb_vault_free_bytes(&vault), 0);
    cmb_vault_close(&vault);
    cmb_vault_close(&vault);
}

static void compares_bytes(void)
{
    struct cmb_secret a = { "secret", 6 }, b = { "secreT", 6 }, c = { "secret!", 7 };
    CU_ASSERT(cmb_secret_is_equal(a, a));
    CU_ASSERT(!cmb_secret_is_equal(a, b));
    CU_ASSERT(!cmb_secret_is_equal(a, c));
    CU_ASSERT(cmb_secret_is_equal((struct cmb_secret){ 0 }, (struct cmb_secret){ 0 }));
}

TEST_SUITE("crypto/vault",
           { "gives out zeroed cells, wiped when they come back", gives_out_zeroed_cells },
           { "says when no run of cells is free", says_when_it_is_full },
           { "wipes what is trimmed off", wipes_what_is_trimmed },
           { "is zero in a forked child", is_zero_in_a_child },
           { "has guard pages on both sides", has_guards_on_both_sides },
           { "is left out of core dumps", is_left_out_of_dumps },
           { "works, and says so, when it cannot be locked", says_when_it_is_not_locked },
           { "refuses silly sizes", refuses_silly_sizes },
           { "compares secrets by all their bytes", compares_bytes })
