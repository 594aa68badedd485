/* The CRC of ATECC packets (atecc-device.md 2). */
#ifndef ATECC_CRC_H
#define ATECC_CRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CRC-16, polynomial 8005, start 0, every byte least significant bit first. It is sent low byte first. */
uint16_t atecc_crc(const uint8_t *bytes, size_t length);

/* Whether the last two of `length` bytes are the CRC of those before them. False below 3 bytes. */
bool atecc_crc_is_good(const uint8_t *bytes, size_t length);

#endif
