/* Is what is no plugin refused before any of it runs? */
#include "plugin/plugin.h"

#include <elf.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/note.h"
#include "support/test.h"

static char folder[64], path[128];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/cambist-load-XXXXXX");
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/cambist_x.so", folder);
}

static void write_file(const void *bytes, size_t size, mode_t mode)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_FATAL(file != NULL);
    CU_ASSERT(fwrite(bytes, 1, size, file) == size);
    fclose(file);
    CU_ASSERT(chmod(path, mode) == 0);
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

static const char *reason_for(const char *file, const struct cmb_plugin_rules *rules)
{
    static struct cambist_error error;
    struct cmb_plugin *plugin = NULL;
    error = (struct cambist_error){ 0 };
    int status = cmb_plugin_open_file(file, rules, &plugin, &error);
    CU_ASSERT(status == CAMBIST_BAD_PLUGIN && plugin == NULL);
    return error.message;
}

static void what_is_no_elf_file_is_refused(void)
{
    struct cmb_plugin_rules rules = { 0 };
    make_folder();
    write_file("#!/bin/sh\n", 10, 0644);
    CU_ASSERT(strstr(reason_for(path, &rules), "is not an ELF file") != NULL);
    write_file("", 0, 0644);
    CU_ASSERT(strstr(reason_for(path, &rules), "is not an ELF file") != NULL);
    remove_folder();
}

static void another_class_or_machine_is_refused(void)
{
    struct cmb_plugin_rules rules = { 0 };
    Elf64_Ehdr head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32 }, .e_type = ET_DYN };
    make_folder();
    write_file(&head, sizeof head, 0644);
    CU_ASSERT(strstr(reason_for(path, &rules), "no shared object for this machine") != NULL);
    remove_folder();
}

static void a_file_that_others_may_change_is_refused(void)
{
    struct cmb_plugin_rules rules = { 0 };
    make_folder();
    write_file("x", 1, 0666);
    CU_ASSERT(strstr(reason_for(path, &rules), "may be changed by others (mode 666)") != NULL);
    remove_folder();
}

static void a_folder_that_others_may_change_is_refused(void)
{
    struct cmb_plugin_rules rules = { 0 };
    make_folder();
    write_file("x", 1, 0644);
    CU_ASSERT(chmod(folder, 0777) == 0);
    CU_ASSERT(strstr(reason_for(path, &rules), "may be changed by others (mode 777)") != NULL);
    remove_folder();
}

static void a_folder_and_a_missing_file_are_no_plugins(void)
{
    struct cmb_plugin_rules rules = { 0 };
    CU_ASSERT(strstr(reason_for("/tmp", &rules), "is no regular file") != NULL);
    CU_ASSERT(strstr(reason_for("/nowhere/cambist_x.so", &rules), "No such file") != NULL);
}

static void a_name_is_no_path(void)
{
    static const char *const evil[] = { "../x", "/tmp/x", "X", "", "a.b", "a\n" };
    struct cmb_plugin_rules rules = { .search_path = "/tmp" };
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        struct cambist_error error = { 0 };
        struct cmb_plugin *plugin = NULL;
        CU_ASSERT(cmb_plugin_open(evil[i], &rules, &plugin, &error) == CAMBIST_BAD_PLUGIN);
        CU_ASSERT(strstr(error.message, "is no name of a plugin") != NULL);
    }
}

/* The note's reader looks at bytes that anybody may have written. */
static void no_header_makes_the_note_reader_leave_the_image(void)
{
    unsigned seed = 1;
    Elf64_Ehdr head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64 }, .e_type = ET_DYN,
                        .e_machine = EM_X86_64, .e_phentsize = sizeof(Elf64_Phdr) };
    for (int round = 0; round < 20000; round++) {
        size_t size = sizeof head + (size_t)rand_r(&seed) % 256;
        char *image = malloc(size);
        for (size_t i = 0; i < size; i++)
            image[i] = (char)(rand_r(&seed) % 5 ? 0 : rand_r(&seed));
        head.e_phoff = (uint64_t)(rand_r(&seed) % 512);
        head.e_phnum = (uint16_t)rand_r(&seed);
        memcpy(image, &head, sizeof head);
        if (size >= sizeof head + sizeof(Elf64_Phdr)) {
            Elf64_Phdr segment = { .p_type = PT_NOTE, .p_offset = (uint64_t)rand_r(&seed) % 400,
                                   .p_filesz = round % 3 ? (uint64_t)rand_r(&seed) % 400
                                                         : UINT64_MAX };
            memcpy(image + sizeof head, &segment, sizeof segment);
        }
        struct cmb_text text = { image, size };
        CU_ASSERT(cmb_note_check(text, "image", NULL) == CAMBIST_BAD_PLUGIN);
        free(image);
    }
}

TEST_SUITE("plugin/load", { "what is no ELF file is refused", what_is_no_elf_file_is_refused },
           { "another class or machine is refused", another_class_or_machine_is_refused },
           { "a file that others may change is refused",
             a_file_that_others_may_change_is_refused },
           { "a folder that others may change is refused",
             a_folder_that_others_may_change_is_refused },
           { "a folder and a missing file are no plugins",
             a_folder_and_a_missing_file_are_no_plugins },
           { "a name is no path", a_name_is_no_path },
           { "no header makes the note reader leave the image",
             no_header_makes_the_note_reader_leave_the_image })
