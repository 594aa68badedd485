#include "atecc_crc.h"

uint16_t atecc_crc(const uint8_t *bytes, size_t length)
{
    uint32_t crc = 0U;

    for (size_t i = 0U; i < length; i++) {
        for (uint32_t bit = 0U; bit < 8U; bit++) {
            const uint32_t data_bit = ((uint32_t)bytes[i] >> bit) & 1U;
            const uint32_t top = (crc >> 15U) & 1U;

            crc = (crc << 1U) & 0xFFFFU;
            if (data_bit != top) {
                crc ^= 0x8005U;
            }
        }
    }
    return (uint16_t)crc;
}

bool atecc_crc_is_good(const uint8_t *bytes, size_t length)
{
    uint16_t crc;

    if (length < 3U) {
        return false;
    }
    crc = atecc_crc(bytes, length - 2U);
    return (bytes[length - 2U] == (uint8_t)(crc & 0xFFU)) && (bytes[length - 1U] == (uint8_t)(crc >> 8U));
}
