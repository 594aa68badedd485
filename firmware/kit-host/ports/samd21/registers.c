#include "registers.h"

uint8_t register_read8(uintptr_t address)
{
    return *(const volatile uint8_t *)address;
}

uint16_t register_read16(uintptr_t address)
{
    return *(const volatile uint16_t *)address;
}

uint32_t register_read32(uintptr_t address)
{
    return *(const volatile uint32_t *)address;
}

void register_write8(uintptr_t address, uint8_t value)
{
    *(volatile uint8_t *)address = value;
}

void register_write16(uintptr_t address, uint16_t value)
{
    *(volatile uint16_t *)address = value;
}

void register_write32(uintptr_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}
