/* Is every server refused that cannot prove who it is, before a byte of a request has left? */
#include "support/pool_client.h"
#include "support/test.h"
#include "support/tls_server.h"

static void answer_ok(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_answer(peer, "{}");
}

/* Asks a server; not a byte of the request may arrive where it is refused. */
static void refuse(struct test_server_settings settings, int status, const char *reason)
{
    settings.on_request = answer_ok;
    struct test_server *server = test_server_start(&settings);
    struct test_client client;
    test_client_open(&client, server->url, NULL);
    struct test_reply reply = test_ask(&client, TEST_POST, NULL);
    ASSERT_NUMBER(reply.status, status);
    CU_ASSERT(!reply.has_left && reply.written_bytes == 0 && reply.http_status == 0);
    CU_ASSERT(strstr(reply.reason, reason) != NULL);
    if (!strstr(reply.reason, reason))
        printf("\n    reason: %s", reply.reason);
    CU_ASSERT(strstr(reply.reason, server->url) != NULL);
    test_client_close(&client);
    ASSERT_NUMBER(atomic_load(&server->request_bytes), 0);
    test_server_stop(server);
}

static void refuses_an_expired_certificate(void)
{
    refuse((struct test_server_settings){ .certificate = TEST_EXPIRED }, CAMBIST_TLS, "expired");
}

static void refuses_a_certificate_of_the_future(void)
{
    refuse((struct test_server_settings){ .certificate = TEST_NOT_YET }, CAMBIST_TLS,
           "not yet valid");
}

static void refuses_a_wrong_name(void)
{
    refuse((struct test_server_settings){ .certificate = TEST_WRONG_NAME }, CAMBIST_TLS, "name");
}

static void refuses_a_self_signed_certificate(void)
{
    refuse((struct test_server_settings){ .certificate = TEST_SELF_SIGNED }, CAMBIST_TLS,
           "self-signed");
}

static void refuses_an_unknown_authority(void)
{
    refuse((struct test_server_settings){ .certificate = TEST_UNKNOWN_CA }, CAMBIST_TLS,
           "issuer certificate");
}

static void refuses_old_tls(void)
{
    refuse((struct test_server_settings){ .tls_most = TLS1_1_VERSION }, CAMBIST_TLS, "protocol");
}

static void a_dead_line_is_not_a_refused_certificate(void)
{
    refuse((struct test_server_settings){ .closes_at_once = true }, CAMBIST_UNAVAILABLE, "");
}

static void takes_tls_1_2(void)
{
    struct test_server *server = test_server_start(
        &(struct test_server_settings){ .on_request = answer_ok, .tls_most = TLS1_2_VERSION });
    struct test_client client;
    test_client_open(&client, server->url, NULL);
    ASSERT_NUMBER(test_ask(&client, TEST_GET, NULL).status, CAMBIST_OK);
    test_client_close(&client);
    test_server_stop(server);
}

static void says_the_name_it_wants(void)
{
    struct test_server *server =
        test_server_start(&(struct test_server_settings){ .on_request = answer_ok });
    struct test_client client;
    char url[64];
    snprintf(url, sizeof url, "https://LocalHost:%u/path", server->port);
    test_client_open(&client, url, NULL);
    ASSERT_NUMBER(test_ask(&client, TEST_GET, NULL).status, CAMBIST_OK);
    ASSERT_NUMBER(atomic_load(&server->named), 1);
    test_client_close(&client);
    test_server_stop(server);
}

static void without_an_authority_nobody_is_believed(void)
{
    struct cambist_error error = { 0 };
    struct cmb_trust_settings settings = { .ca_file = "/nonexistent", .is_ca_file_alone = true };
    CU_ASSERT(cmb_trust_new(&settings, &error) == NULL);
    ASSERT_NUMBER(error.status, CAMBIST_BAD_CONFIG);
    CU_ASSERT(strstr(error.message, "/nonexistent") != NULL);
}

/* --- resumption --- */

static void answer_and_close(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_say(peer, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    SSL_shutdown(peer->ssl);
    test_peer_cut(peer);
}

static void resume_with(int tls_most)
{
    struct test_server *server = test_server_start(
        &(struct test_server_settings){ .on_request = answer_and_close, .tls_most = tls_most });
    struct test_client client;
    test_client_open(&client, server->url, NULL);
    for (int i = 0; i < 20; i++) {
        struct test_reply reply = test_ask(&client, TEST_GET, NULL);
        CU_ASSERT(reply.status == CAMBIST_OK && !reply.is_reused && reply.connect_ns > 0);
    }
    const struct cmb_pool_counters *counters = cmb_pool_counters(client.pool);
    ASSERT_NUMBER(counters->opened, 20);
    ASSERT_NUMBER(counters->resumed, 19);
    ASSERT_NUMBER(atomic_load(&server->resumed), 19);
    test_client_close(&client);
    test_server_stop(server);
}

static void resumes_tls_sessions(void)
{
    resume_with(0);
    resume_with(TLS1_2_VERSION);
}

/* --- who else might be asked --- */

static void ignores_proxies_of_the_environment(void)
{
    struct test_server *trap = test_server_start(
        &(struct test_server_settings){ .on_request = answer_ok, .is_plain = true });
    struct test_server *server =
        test_server_start(&(struct test_server_settings){ .on_request = answer_ok });
    static const char *const names[] = { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                         "ALL_PROXY" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        setenv(names[i], trap->url, 1);
    struct test_client client;
    test_client_open(&client, server->url, NULL);
    ASSERT_NUMBER(test_ask(&client, TEST_GET, NULL).status, CAMBIST_OK);
    test_client_close(&client);
    ASSERT_NUMBER(atomic_load(&trap->accepted), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
    test_server_stop(server);
    test_server_stop(trap);
}

static void refuse_tunnel(struct test_peer *peer, const char *text, void *user)
{
    (void)user;
    CU_ASSERT(strncmp(text, "CONNECT 127.0.0.1:", 18) == 0);
    test_peer_say(peer, "HTTP/1.1 407 Who are you\r\nContent-Length: 4\r\n\r\nno!\n");
}

static void a_configured_proxy_is_asked_and_may_refuse(void)
{
    struct test_server *proxy = test_server_start(
        &(struct test_server_settings){ .on_request = refuse_tunnel, .is_plain = true });
    struct cmb_pool_settings settings = { .connector.proxy = proxy->url };
    struct test_client client;
    test_client_open(&client, "https://127.0.0.1:9", &settings);
    struct test_reply reply = test_ask(&client, TEST_POST, NULL);
    ASSERT_NUMBER(reply.status, CAMBIST_UNAVAILABLE);
    CU_ASSERT(!reply.has_left);
    ASSERT_NUMBER(atomic_load(&proxy->requests), 1);
    test_client_close(&client);
    test_server_stop(proxy);
}

static void redirect(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    char answer[256];
    snprintf(answer, sizeof answer,
             "HTTP/1.1 307 Elsewhere\r\nLocation: %s/\r\nContent-Length: 0\r\n\r\n",
             (const char *)user);
    test_peer_say(peer, answer);
}

static void follows_no_redirect(void)
{
    struct test_server *other =
        test_server_start(&(struct test_server_settings){ .on_request = answer_ok });
    struct test_server *server = test_server_start(
        &(struct test_server_settings){ .on_request = redirect, .user = other->url });
    struct test_client client;
    test_client_open(&client, server->url, NULL);
    struct test_reply reply = test_ask(&client, TEST_POST, NULL);
    CU_ASSERT(reply.status == CAMBIST_OK && reply.http_status == 307);
    ASSERT_NUMBER(atomic_load(&other->accepted), 0);
    test_client_close(&client);
    test_server_stop(server);
    test_server_stop(other);
}

static void nobody_there_is_unavailable(void)
{
    struct test_client client;
    test_client_open(&client, "https://127.0.0.1:1", NULL);
    struct test_reply reply = test_ask(&client, TEST_POST, NULL);
    ASSERT_NUMBER(reply.status, CAMBIST_UNAVAILABLE);
    CU_ASSERT(!reply.has_left && strstr(reply.reason, "127.0.0.1:1") != NULL);
    struct cmb_origin *nowhere =
        cmb_pool_open_origin(client.pool, "https://no-such-host.invalid", NULL);
    reply = test_ask(&client, TEST_POST, &(struct cmb_request){ .origin = nowhere });
    ASSERT_NUMBER(reply.status, CAMBIST_UNAVAILABLE);
    test_client_close(&client);
}

static void refuses_urls_that_are_no_servers(void)
{
    static const char *const urls[] = { "",
                                        "ftp://a.example",
                                        "https://user:word@a.example",
                                        "https://user@a.example",
                                        "file:///etc/passwd",
                                        "https://",
                                        "a b",
                                        "https://a.example:99999" };
    struct test_client client;
    test_client_open(&client, "http://127.0.0.1:1", NULL);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct cambist_error error = { 0 };
        CU_ASSERT(cmb_pool_open_origin(client.pool, urls[i], &error) == NULL);
        ASSERT_NUMBER(error.status, CAMBIST_BAD_ARGUMENT);
    }
    struct cmb_origin *origin = cmb_pool_open_origin(client.pool, "https://A.Example/x?y", NULL);
    ASSERT_TEXT(cmb_origin_name(origin), "https://a.example:443");
    CU_ASSERT(origin == cmb_pool_open_origin(client.pool, "https://a.example:443", NULL));
    CU_ASSERT(origin != cmb_pool_open_origin(client.pool, "https://a.example:444", NULL));
    test_client_close(&client);
}

TEST_SUITE("transport/tls", { "refuses an expired certificate", refuses_an_expired_certificate },
           { "refuses a certificate of the future", refuses_a_certificate_of_the_future },
           { "refuses a wrong name", refuses_a_wrong_name },
           { "refuses a self-signed certificate", refuses_a_self_signed_certificate },
           { "refuses an unknown authority", refuses_an_unknown_authority },
           { "refuses old TLS", refuses_old_tls },
           { "a dead line is not a refused certificate", a_dead_line_is_not_a_refused_certificate },
           { "takes TLS 1.2", takes_tls_1_2 }, { "says the name it wants", says_the_name_it_wants },
           { "without an authority nobody is believed", without_an_authority_nobody_is_believed },
           { "resumes TLS sessions", resumes_tls_sessions },
           { "ignores proxies of the environment", ignores_proxies_of_the_environment },
           { "a configured proxy is asked and may refuse",
             a_configured_proxy_is_asked_and_may_refuse },
           { "follows no redirect", follows_no_redirect },
           { "nobody there is unavailable", nobody_there_is_unavailable },
           { "refuses URLs that are no servers", refuses_urls_that_are_no_servers })
