/* What a C library would have, without one. */
#ifndef PROV_BYTES_H
#define PROV_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void bytes_copy(uint8_t *to, const uint8_t *from, size_t length);
void bytes_fill(uint8_t *to, uint8_t value, size_t length);
/* Clears secrets; not optimised away. */
void bytes_wipe(uint8_t *bytes, size_t length);
bool bytes_equal(const uint8_t *a, const uint8_t *b, size_t length);
bool bytes_all(const uint8_t *bytes, uint8_t value, size_t length);
size_t text_length(const char *text);

uint16_t u16_be(const uint8_t *bytes);
uint16_t u16_le(const uint8_t *bytes);
uint32_t u32_be(const uint8_t *bytes);
void put_u16_be(uint8_t *to, uint16_t value);
void put_u32_be(uint8_t *to, uint32_t value);

/* The chips' CRC-16 over more bytes; starts with 0 (atecc-device.md 2). */
uint16_t crc_add(uint16_t crc, const uint8_t *bytes, size_t length);

#endif
