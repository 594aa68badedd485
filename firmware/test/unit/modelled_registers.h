/* What a program on a computer puts in the place of a chip's registers: one function each way for every width (in bytes). */
#ifndef MODELLED_REGISTERS_H
#define MODELLED_REGISTERS_H

#include <stdint.h>

uint32_t modelled_read(uintptr_t address, uint32_t width);
void modelled_write(uintptr_t address, uint32_t width, uint32_t value);

#endif
