/* What a compiler may call in a program without a C library. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    uint8_t *out = to;
    const uint8_t *in = from;

    for (size_t i = 0U; i < length; i++) {
        out[i] = in[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    uint8_t *out = to;
    const uint8_t *in = from;

    if ((uintptr_t)out < (uintptr_t)in) {
        return memcpy(to, from, length);
    }
    for (size_t i = length; i > 0U; i--) {
        out[i - 1U] = in[i - 1U];
    }
    return to;
}

void *memset(void *to, int value, size_t length)
{
    uint8_t *out = to;

    for (size_t i = 0U; i < length; i++) {
        out[i] = (uint8_t)value;
    }
    return to;
}
