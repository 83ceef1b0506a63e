/* Can any content of the two files that operators write break the reader? */
#include <stdlib.h>

#include "config/credentials.h"
#include "config/settings.h"
#include "crypto/sign.h"

/* The first byte says which file it is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_settings(struct cmb_text content)
{
    struct cmb_settings settings;
    struct cmb_buffer report;
    struct cambist_error error = { 0 };
    cmb_buffer_init(&report, 65536);
    int status = cmb_settings_parse(&settings, content, "fuzz", &report, &error);
    if ((status == CAMBIST_OK) != (report.length == 0) || (uint32_t)status != error.status)
        abort();
    cmb_buffer_clear(&report);
    cmb_settings_clear(&settings);
}

static void read_credentials(struct cmb_vault *vault, struct cmb_text content)
{
    struct cmb_credentials credentials;
    char *at = cmb_vault_take(vault, content.length);
    if (!at)
        return;
    memcpy(at, content.at, content.length);
    if (cmb_credentials_parse(&credentials, vault, at, content.length, "fuzz", NULL) == CAMBIST_OK)
        for (size_t i = 0; i < credentials.count; i++) {
            struct cmb_text text = cmb_secret_reveal(credentials.rows[i].value);
            cmb_sign_key_free(cmb_sign_key_new(vault, CMB_SIGN_NONE, text, false, NULL));
        }
    cmb_credentials_clear(&credentials);
    if (cmb_vault_free_bytes(vault) != CMB_VAULT_SIZE_BYTES)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cmb_vault vault;
    if (!vault.at && cmb_vault_open(&vault, CMB_VAULT_SIZE_BYTES, NULL) != CAMBIST_OK)
        abort();
    if (size == 0)
        return 0;
    struct cmb_text content = { (const char *)data + 1, size - 1 };
    if (data[0] & 1)
        read_settings(content);
    else
        read_credentials(&vault, content);
    return 0;
}
