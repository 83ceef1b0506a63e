/* Which contract was a shared object built for, by its ELF note? */
#include "plugin/note.h"

#include <elf.h>

#include "base/fail.h"
#include "plugin/copy.h"

/* Copies `size` bytes at `offset` out of the image; false when they are not inside. */
static bool read_at(struct cmb_text image, uint64_t offset, void *to, size_t size)
{
    if (offset > image.length || size > image.length - offset)
        return false;
    memcpy(to, image.at + offset, size);
    return true;
}

/* Whether `note`, a segment of notes, holds ours. */
static bool find_in_segment(struct cmb_text image, const Elf64_Phdr *segment,
                            struct cambist_note *ret)
{
    uint64_t at = segment->p_offset, end = at + segment->p_filesz;
    if (end < at || end > image.length)
        return false;
    Elf64_Nhdr head;
    while (at < end && read_at(image, at, &head, sizeof head)) {
        if (head.n_type == CAMBIST_NOTE_TYPE && read_at(image, at, ret, sizeof *ret) &&
            ret->name_size == sizeof CAMBIST_NOTE_NAME &&
            memcmp(ret->name, CAMBIST_NOTE_NAME, sizeof CAMBIST_NOTE_NAME) == 0)
            return true;
        at += sizeof head + ((head.n_namesz + 3ull) & ~3ull) + ((head.n_descsz + 3ull) & ~3ull);
    }
    return false;
}

static bool find_note(struct cmb_text image, const Elf64_Ehdr *head, struct cambist_note *ret)
{
    for (uint32_t i = 0; i < head->e_phnum; i++) {
        Elf64_Phdr segment;
        if (!read_at(image, head->e_phoff + (uint64_t)i * sizeof segment, &segment, sizeof segment))
            return false;
        if (segment.p_type == PT_NOTE && find_in_segment(image, &segment, ret))
            return true;
    }
    return false;
}

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#else
#error "name this machine's EM_ number"
#endif

int cmb_note_check(struct cmb_text image, const char *whose, struct cambist_error *error)
{
    Elf64_Ehdr head;
    if (!read_at(image, 0, &head, sizeof head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s is not an ELF file", whose);
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_type != ET_DYN ||
        head.e_machine != OUR_MACHINE || head.e_phentsize != sizeof(Elf64_Phdr))
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s is no shared object for this machine", whose);
    struct cambist_note note;
    if (!find_note(image, &head, &note))
        return cmb_fail(error, CAMBIST_BAD_PLUGIN,
                        "%s is not a cambist plugin: it has no contract note", whose);
    return cmb_check_head(note.magic, note.abi_major, note.abi_minor, note.size, whose, error);
}
