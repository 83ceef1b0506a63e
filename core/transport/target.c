/* Where do connections go, and which TLS sessions can be resumed there? */
#include "transport/connector.h"

#include "base/fail.h"
#include "base/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct parts {
    char *scheme, *host, *port, *user, *password;
};

static void free_parts(struct parts *parts)
{
    curl_free(parts->scheme);
    curl_free(parts->host);
    curl_free(parts->port);
    curl_free(parts->user);
    curl_free(parts->password);
}

/* libcurl opens WebSockets as it opens anything else, but may not know their names: wss is https
 * until the first byte is spoken.  NULL without memory. */
static char *known_url(const char *text)
{
    char *url = NULL;
    int length;
    if (strncasecmp(text, "wss://", 6) == 0)
        length = cmb_asprintf(&url, "https://%s", text + 6);
    else if (strncasecmp(text, "ws://", 5) == 0)
        length = cmb_asprintf(&url, "http://%s", text + 5);
    else
        return cmb_strdup(text);
    return length < 0 ? NULL : url;
}

static bool parse_url(const char *text, struct parts *ret_parts)
{
    *ret_parts = (struct parts){ 0 };
    char *known = known_url(text);
    CURLU *url = curl_url();
    bool is_url =
        known && url && curl_url_set(url, CURLUPART_URL, known, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_SCHEME, &ret_parts->scheme, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_HOST, &ret_parts->host, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_PORT, &ret_parts->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
    if (is_url) {
        curl_url_get(url, CURLUPART_USER, &ret_parts->user, 0);
        curl_url_get(url, CURLUPART_PASSWORD, &ret_parts->password, 0);
    }
    curl_url_cleanup(url);
    free(known);
    return is_url;
}

static int check_parts(const struct parts *parts, struct cambist_error *error)
{
    if (strcmp(parts->scheme, "https") != 0 && strcmp(parts->scheme, "http") != 0)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT,
                        "a server's URL begins with https, http, wss or ws");
    if (!*parts->host)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "a server's URL names no host");
    if (parts->user || parts->password)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "a server's URL must not carry a user name");
    return CAMBIST_OK;
}

static char *format_name(const struct parts *parts)
{
    char *name = NULL;
    if (cmb_asprintf(&name, "%s://%s:%s", parts->scheme, parts->host, parts->port) < 0)
        return NULL;
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return name;
}

static struct cmb_target *make(const struct parts *parts)
{
    struct cmb_target *target = cmb_calloc(1, sizeof *target);
    if (!target)
        return NULL;
    target->name = format_name(parts);
    target->is_tls = strcmp(parts->scheme, "https") == 0;
    /* One store of sessions per target: libcurl's shared one holds eight, less than one for each
     * exchange.  One thread uses it, so it needs no locks. */
    target->sessions = curl_share_init();
    if (!target->name || !target->sessions ||
        curl_share_setopt(target->sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION)) {
        cmb_target_free(target);
        return NULL;
    }
    return target;
}

struct cmb_target *cmb_target_new(const char *url, struct cambist_error *error)
{
    struct parts parts;
    struct cmb_target *target = NULL;
    if (!parse_url(url, &parts)) {
        cmb_fail(error, CAMBIST_BAD_ARGUMENT, "this is not the URL of a server");
    } else if (check_parts(&parts, error) == CAMBIST_OK) {
        target = make(&parts);
        if (!target)
            cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for a server");
    }
    free_parts(&parts);
    return target;
}

void cmb_target_free(struct cmb_target *target)
{
    if (!target)
        return;
    if (target->sessions)
        curl_share_cleanup(target->sessions);
    free(target->name);
    free(target);
}

const char *cmb_target_name(const struct cmb_target *target)
{
    return target->name;
}
