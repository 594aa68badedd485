/*
 * A model of what native USB needs of the SAM D21 besides USB itself: DFLL48M, generator 0, flash wait states, bus clocks, the
 * factory's words (data sheet DS40001882, chapters 10.3, 15, 16, 17, 22).
 */
#ifndef CLOCK_MODEL_H
#define CLOCK_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/* What the factory wrote. */
struct factory_words {
    uint32_t calibration[4];
    uint32_t unique[4];
};

extern struct factory_words factory;

void clock_model_power_on(void);
/* Whether generator 0 runs from DFLL48M. */
bool clock_model_is_fast(void);

uint32_t clock_model_read_sysctrl(uintptr_t offset);
void clock_model_write_sysctrl(uintptr_t offset, uint32_t value);
void clock_model_write_generator(uint32_t value);
uint32_t clock_model_read_flash(uintptr_t offset);
void clock_model_write_flash(uintptr_t offset, uint32_t value);
uint32_t clock_model_read_calibration(uintptr_t offset);
uint32_t clock_model_read_unique(uintptr_t offset);

#endif
