/* The 16 exceptions of the core. This port uses no interrupt. */
#include "startup.h"

struct vector_table {
    uint32_t *stack_top;
    vector handlers[15];
};

extern const struct vector_table VECTORS;

const struct vector_table VECTORS __attribute__((section(".vectors"), used)) = {
    linker_stack_top,
    {reset_handler, unexpected_handler, unexpected_handler, unexpected_handler, unexpected_handler, unexpected_handler,
     unexpected_handler, unexpected_handler, unexpected_handler, unexpected_handler, unexpected_handler,
     unexpected_handler, unexpected_handler, unexpected_handler, unexpected_handler},
};
