#include "prov_bytes.h"

void bytes_copy(uint8_t *to, const uint8_t *from, size_t length)
{
    for (size_t i = 0U; i < length; i++) {
        to[i] = from[i];
    }
}

void bytes_fill(uint8_t *to, uint8_t value, size_t length)
{
    for (size_t i = 0U; i < length; i++) {
        to[i] = value;
    }
}

void bytes_wipe(uint8_t *bytes, size_t length)
{
    volatile uint8_t *to = bytes;

    for (size_t i = 0U; i < length; i++) {
        to[i] = 0U;
    }
}

bool bytes_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
    uint32_t difference = 0U;

    for (size_t i = 0U; i < length; i++) {
        difference |= (uint32_t)a[i] ^ (uint32_t)b[i];
    }
    return difference == 0U;
}

bool bytes_all(const uint8_t *bytes, uint8_t value, size_t length)
{
    for (size_t i = 0U; i < length; i++) {
        if (bytes[i] != value) {
            return false;
        }
    }
    return true;
}

size_t text_length(const char *text)
{
    size_t length = 0U;

    if (text != NULL) {
        while (text[length] != '\0') {
            length++;
        }
    }
    return length;
}

uint16_t u16_be(const uint8_t *bytes)
{
    return (uint16_t)(((uint32_t)bytes[0] << 8U) | bytes[1]);
}

uint16_t u16_le(const uint8_t *bytes)
{
    return (uint16_t)(((uint32_t)bytes[1] << 8U) | bytes[0]);
}

uint32_t u32_be(const uint8_t *bytes)
{
    return ((uint32_t)bytes[0] << 24U) | ((uint32_t)bytes[1] << 16U) | ((uint32_t)bytes[2] << 8U) | bytes[3];
}

void put_u16_be(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)((uint32_t)value >> 8U);
    to[1] = (uint8_t)((uint32_t)value & 0xFFU);
}

void put_u32_be(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 24U);
    to[1] = (uint8_t)((value >> 16U) & 0xFFU);
    to[2] = (uint8_t)((value >> 8U) & 0xFFU);
    to[3] = (uint8_t)(value & 0xFFU);
}

uint16_t crc_add(uint16_t crc, const uint8_t *bytes, size_t length)
{
    uint32_t sum = crc;

    for (size_t i = 0U; i < length; i++) {
        for (uint32_t bit = 0U; bit < 8U; bit++) {
            const uint32_t differs = (((uint32_t)bytes[i] >> bit) ^ (sum >> 15U)) & 1U;

            sum = ((sum << 1U) & 0xFFFFU) ^ (differs * 0x8005U);
        }
    }
    return (uint16_t)sum;
}
