#include "prov_stream.h"

#include "prov_bytes.h"

#define FIELDS_MAX 64U
#define FIRST_CRITICAL_TAG 0x8000U
#define TEXT_MAX 64U

void stream_fault(struct prov_wire *wire, enum atcaprov_code code)
{
    if (wire->fault == ATCAPROV_SUCCESS) {
        wire->fault = code;
    }
}

void stream_flush(struct atcaprov_client *c)
{
    struct prov_wire *wire = &c->wire;

    if ((wire->fault == ATCAPROV_SUCCESS) && (wire->at > 0U) &&
        (c->funcs->certreq_send(c->funcs->context, wire->buffer, wire->at) != 0)) {
        stream_fault(wire, ATCAPROV_SERVER_LOST);
    }
    wire->at = 0U;
}

void stream_put(struct atcaprov_client *c, const uint8_t *bytes, size_t length)
{
    struct prov_wire *wire = &c->wire;

    if (wire->counting) {
        wire->counted += (uint32_t)length;
        return;
    }
    for (size_t i = 0U; i < length; i++) {
        wire->buffer[wire->at] = bytes[i];
        wire->at++;
        if (wire->at == sizeof wire->buffer) {
            stream_flush(c);
        }
    }
}

void stream_put_field(struct atcaprov_client *c, uint16_t tag, const uint8_t *bytes, size_t length)
{
    uint8_t head[4];

    put_u16_be(&head[0], tag);
    put_u16_be(&head[2], (uint16_t)length);
    stream_put(c, head, sizeof head);
    stream_put(c, bytes, length);
}

void stream_put_byte(struct atcaprov_client *c, uint16_t tag, uint8_t value)
{
    stream_put_field(c, tag, &value, 1U);
}

void stream_put_text(struct atcaprov_client *c, uint16_t tag, const char *text)
{
    const size_t length = text_length(text);

    if ((length > 0U) && (length <= TEXT_MAX)) {
        /* A text is bytes on the wire; only its signedness differs. */
        const void *bytes = text;

        stream_put_field(c, tag, bytes, length);
    }
}

/* Fetches at least one of the bytes that are left of this frame. */
static void fetch(struct atcaprov_client *c)
{
    struct prov_wire *wire = &c->wire;
    const size_t wanted = (wire->left < sizeof wire->buffer) ? wire->left : sizeof wire->buffer;
    size_t received = 0U;

    wire->at = 0U;
    wire->have = 0U;
    while ((wire->fault == ATCAPROV_SUCCESS) && (received == 0U)) {
        if ((c->port->millis(c->port->context) - wire->asked_at) >= STREAM_SILENCE_MS) {
            stream_fault(wire, ATCAPROV_SERVER_SILENT);
        } else if (c->funcs->certreq_recv(c->funcs->context, wire->buffer, wanted, &received) != 0) {
            stream_fault(wire, ATCAPROV_SERVER_LOST);
        } else if (received > wanted) {
            stream_fault(wire, ATCAPROV_INTERNAL);
        } else {
            wire->have = (uint8_t)received;
        }
    }
    wire->left -= wire->have;
}

void stream_take_raw(struct atcaprov_client *c, uint8_t *bytes, size_t length)
{
    struct prov_wire *wire = &c->wire;

    for (size_t i = 0U; i < length; i++) {
        if (wire->at == wire->have) {
            fetch(c);
        }
        bytes[i] = 0U;
        if (wire->fault == ATCAPROV_SUCCESS) {
            bytes[i] = wire->buffer[wire->at];
            wire->at++;
        }
    }
}

static uint32_t bytes_left(const struct prov_wire *wire)
{
    return wire->left + ((uint32_t)wire->have - wire->at);
}

void stream_skip(struct atcaprov_client *c, uint32_t length)
{
    uint8_t byte;

    for (uint32_t i = 0U; (i < length) && (c->wire.fault == ATCAPROV_SUCCESS); i++) {
        stream_take_raw(c, &byte, 1U);
    }
}

bool stream_next(struct atcaprov_client *c, uint16_t *tag, uint16_t *length)
{
    struct prov_wire *wire = &c->wire;
    uint8_t head[4];

    stream_skip(c, wire->value_left);
    wire->value_left = 0U;
    if ((wire->fault != ATCAPROV_SUCCESS) || (bytes_left(wire) == 0U)) {
        return false;
    }
    if ((bytes_left(wire) < sizeof head) || (wire->fields == FIELDS_MAX)) {
        stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
        return false;
    }
    wire->fields++;
    stream_take_raw(c, head, sizeof head);
    *tag = u16_be(&head[0]);
    *length = u16_be(&head[2]);
    if (*length > bytes_left(wire)) {
        stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
    wire->value_left = *length;
    return wire->fault == ATCAPROV_SUCCESS;
}

void stream_take(struct atcaprov_client *c, uint8_t *bytes, size_t length)
{
    struct prov_wire *wire = &c->wire;

    if (wire->value_left < length) {
        stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
    stream_take_raw(c, bytes, length);
    wire->value_left = (wire->fault == ATCAPROV_SUCCESS) ? (wire->value_left - (uint32_t)length) : 0U;
}

void stream_take_whole(struct atcaprov_client *c, uint8_t *bytes, size_t length)
{
    if (c->wire.value_left != length) {
        stream_fault(&c->wire, ATCAPROV_SERVER_GARBAGE);
    }
    stream_take(c, bytes, length);
}

void stream_unknown(struct prov_wire *wire, uint16_t tag)
{
    if (tag >= FIRST_CRITICAL_TAG) {
        stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
}

void stream_note(struct prov_wire *wire, uint32_t *seen, uint32_t bit)
{
    if ((*seen & (1U << bit)) != 0U) {
        stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
    *seen |= 1U << bit;
}
