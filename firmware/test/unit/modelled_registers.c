#include "modelled_registers.h"

#include "registers.h"

uint8_t register_read8(uintptr_t address)
{
    return (uint8_t)modelled_read(address, 1U);
}

uint16_t register_read16(uintptr_t address)
{
    return (uint16_t)modelled_read(address, 2U);
}

uint32_t register_read32(uintptr_t address)
{
    return modelled_read(address, 4U);
}

void register_write8(uintptr_t address, uint8_t value)
{
    modelled_write(address, 1U, value);
}

void register_write16(uintptr_t address, uint16_t value)
{
    modelled_write(address, 2U, value);
}

void register_write32(uintptr_t address, uint32_t value)
{
    modelled_write(address, 4U, value);
}
