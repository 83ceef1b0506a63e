/* Can a table make the compiler of templates, conditions or paths read what is not its own? */
#include <stdlib.h>

#include "plugin/compile.h"

/* The first byte chooses what the rest is compiled as; the tables are a plugin's with one of
 * everything that a template can name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cambist_server servers[] = { { .name = "rest", .live = "https://a.example" } };
    static const struct cambist_credential credentials[] = {
        { .name = "key", .exposure = CAMBIST_SENT }, { .name = "secret" }
    };
    static const struct cambist_word words[] = { { "side", "buy", "B" } };
    if (size < 2)
        return 0;
    char *text = malloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = 0;
    struct cambist_parameter parameter = { .name = "p", .value = data[0] % 3 == 0 ? text : "1",
                                           .when = data[0] % 3 == 1 ? text : NULL };
    struct cambist_field field = { .field = "bid", .path = data[0] % 3 == 2 ? text : "b" };
    struct cambist_endpoint endpoint = { .operation = "fetch_ticker", .request = "GET /t",
                                         .parameters = { &parameter, 1, sizeof parameter },
                                         .fields = { &field, 1, sizeof field } };
    struct cambist_plugin tables = {
        .magic = CAMBIST_PLUGIN_MAGIC, .abi_major = CAMBIST_ABI_MAJOR,
        .abi_minor = CAMBIST_ABI_MINOR, .size = sizeof tables, .name = "fuzz",
        .servers = CAMBIST_TABLE(servers), .credentials = CAMBIST_TABLE(credentials),
        .words = CAMBIST_TABLE(words), .endpoints = { &endpoint, 1, sizeof endpoint },
    };
    struct cmb_plugin *plugin = NULL;
    struct cambist_error error = { 0 };
    int status = cmb_plugin_compile(&tables, &plugin, &error);
    if ((status == CAMBIST_OK) != (plugin != NULL) || (status != CAMBIST_OK && !*error.message))
        abort(); /* a refusal says why */
    cmb_plugin_close(plugin);
    free(text);
    return 0;
}
