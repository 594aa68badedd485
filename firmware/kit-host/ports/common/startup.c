#include "startup.h"

#include <stddef.h>

void reset_handler(void)
{
    const size_t data_words = (size_t)(linker_data_end - linker_data_start);
    const size_t bss_words = (size_t)(linker_bss_end - linker_bss_start);

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
