/* Start of a Cortex-M0(+) program without a C library; the vector tables of the ports point here. */
#ifndef STARTUP_H
#define STARTUP_H

#include <stdint.h>

/* An exception vector. */
typedef void (*vector)(void);

/* Copies .data, clears .bss, calls main. */
void reset_handler(void);
/* Every exception nobody expects: stays here, so that a debugger finds it. */
void unexpected_handler(void);
/* The port's. Never returns. */
int main(void);

/* From the linker script. */
extern uint32_t linker_data_load[];
extern uint32_t linker_data_start[];
extern uint32_t linker_data_end[];
extern uint32_t linker_bss_start[];
extern uint32_t linker_bss_end[];
extern uint32_t linker_stack_top[];

#endif
