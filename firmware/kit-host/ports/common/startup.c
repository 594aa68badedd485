#include "startup.h"

#include <stddef.h>

void reset_handler(void)
{
    /* As numbers: to the compiler these symbols are unrelated arrays. */
    const size_t data_words = ((uintptr_t)linker_data_end - (uintptr_t)linker_data_start) / sizeof(uint32_t);
    const size_t bss_words = ((uintptr_t)linker_bss_end - (uintptr_t)linker_bss_start) / sizeof(uint32_t);

    for (size_t i = 0U; i < data_words; i++) {
        linker_data_start[i] = linker_data_load[i];
    }
    for (size_t i = 0U; i < bss_words; i++) {
        linker_bss_start[i] = 0U;
    }
    (void)main();
    unexpected_handler();
}

void unexpected_handler(void)
{
    for (;;) {
    }
}
