/* The vector table of a SAM D21 (data sheet DS40001882, chapter 11.2); each image fills it in. */
#ifndef VECTORS_H
#define VECTORS_H

#include "startup.h"

#define CORE_EXCEPTIONS 15U
#define INTERRUPTS 28U

/* Exception n is entry n - 1: SysTick is exception 15. */
struct vector_table {
    uint32_t *stack_top;
    vector exceptions[CORE_EXCEPTIONS];
    vector interrupts[INTERRUPTS];
};

extern const struct vector_table VECTORS;

#endif
