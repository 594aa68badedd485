#include "usb_model.h"

#include <string.h>

#define ENDPOINTS 8U
#define BANK_BYTES 16U
#define SYNC_READS 3U
/* The handler is called again while it leaves its line up; so often at most. */
#define STORM 8U

struct usb_model usb_model;

struct endpoint {
    uint8_t config;
    uint8_t status;
    uint8_t flags;
    uint8_t enabled;
    /* What the packet that waits for the host looked like when it was handed over. */
    uint32_t in_sum;
};

static struct {
    uint8_t *ram;
    size_t ram_size;
    void (*interrupt)(void);
    bool in_handler;
    bool interrupt_enabled;
    bool pending;

    bool enabled;
    uint32_t sync;
    uint8_t address;
    uint16_t flags;
    uint16_t flags_enabled;
    uint32_t descriptors;
    struct endpoint endpoints[ENDPOINTS];
} u;

static void violate(const char *what)
{
    if (usb_model.violation == NULL) {
        usb_model.violation = what;
    }
}

/* --- RAM --------------------------------------------------------------------------------------------------------------- */

static uint8_t *ram_at(uint32_t address, size_t length)
{
    /* The chip's addresses have 32 bits; of this machine's the lower half is compared. */
    const uint32_t offset = address - (uint32_t)(uintptr_t)u.ram;

    if ((offset > u.ram_size) || (length > (u.ram_size - offset))) {
        violate("the controller was led to an address outside of its RAM");
        return NULL;
    }
    return &u.ram[offset];
}

static uint32_t word_at(uint32_t address)
{
    const uint8_t *bytes = ram_at(address, 4U);

    if (bytes == NULL) {
        return 0U;
    }
    return (uint32_t)bytes[0] | ((uint32_t)bytes[1] << 8U) | ((uint32_t)bytes[2] << 16U) | ((uint32_t)bytes[3] << 24U);
}

static void set_word_at(uint32_t address, uint32_t value)
{
    uint8_t *bytes = ram_at(address, 4U);

    for (uint32_t i = 0U; (bytes != NULL) && (i < 4U); i++) {
        bytes[i] = (uint8_t)(value >> (8U * i));
    }
}

static uint32_t bank_at(uint32_t endpoint, uint32_t bank)
{
    return u.descriptors + (endpoint * 2U * BANK_BYTES) + (bank * BANK_BYTES);
}

/* PCKSIZE: 14 bits of byte count, 14 of multi-packet size, 3 of size, automatic empty packet. */
static uint32_t count_of(uint32_t packet_size)
{
    return packet_size & 0x3FFFU;
}

static uint32_t multi_of(uint32_t packet_size)
{
    return (packet_size >> 14U) & 0x3FFFU;
}

static uint32_t size_of(uint32_t packet_size)
{
    return 8U << ((packet_size >> 28U) & 7U);
}

static uint32_t with_count(uint32_t packet_size, uint32_t count)
{
    return (packet_size & ~0x3FFFU) | count;
}

static uint8_t *buffer_of(uint32_t endpoint, uint32_t bank, size_t length)
{
    const uint32_t address = word_at(bank_at(endpoint, bank));

    if ((address % 4U) != 0U) {
        violate("a buffer that does not begin at a word");
    }
    return ram_at(address, length);
}

/* --- Interrupts -------------------------------------------------------------------------------------------------------- */

static bool line_is_up(void)
{
    bool up = (u.flags & u.flags_enabled) != 0U;

    for (uint32_t i = 0U; i < ENDPOINTS; i++) {
        up = up || ((u.endpoints[i].flags & u.endpoints[i].enabled) != 0U);
    }
    return up;
}

void usb_model_service(void)
{
    if (u.in_handler || usb_model.masked || !u.interrupt_enabled) {
        return;
    }
    for (uint32_t i = 0U; u.pending || line_is_up(); i++) {
        if (i == STORM) {
            violate("an interrupt that is never cleared");
            return;
        }
        u.pending = false;
        u.in_handler = true;
        usb_model.interrupts++;
        u.interrupt();
        u.in_handler = false;
    }
}

void usb_model_enable_interrupt(void)
{
    u.interrupt_enabled = true;
    usb_model_service();
}

void usb_model_pend_interrupt(void)
{
    u.pending = true;
    usb_model_service();
}

/* --- Registers --------------------------------------------------------------------------------------------------------- */

static void check_access(uint32_t offset, uint32_t width, uint32_t right)
{
    if (!usb_model.clocked) {
        violate("USB without its clocks");
    }
    if (width != right) {
        violate("a USB register read or written in the wrong width");
    }
    if ((u.sync > 0U) && (offset != 0x02U)) {
        violate("USB touched before it was synchronised");
    }
}

static uint32_t in_sum(uint32_t endpoint)
{
    const uint32_t packet_size = word_at(bank_at(endpoint, 1U) + 4U);
    const size_t length = count_of(packet_size);
    const uint8_t *bytes = buffer_of(endpoint, 1U, length);
    uint32_t sum = packet_size;

    for (size_t i = 0U; (bytes != NULL) && (i < length); i++) {
        sum = (sum * 31U) + bytes[i];
    }
    return sum;
}

static void out_bank_opened(uint32_t endpoint)
{
    const uint32_t packet_size = word_at(bank_at(endpoint, 0U) + 4U);

    if ((count_of(packet_size) != 0U) || (multi_of(packet_size) == 0U) ||
        ((multi_of(packet_size) % size_of(packet_size)) != 0U)) {
        violate("a bank was opened to the host that is not ready for a packet");
    }
    (void)buffer_of(endpoint, 0U, multi_of(packet_size));
}

static void in_bank_filled(uint32_t endpoint)
{
    const uint32_t packet_size = word_at(bank_at(endpoint, 1U) + 4U);

    if ((u.endpoints[endpoint].status & 0x80U) != 0U) {
        violate("a packet was put over one that still waits");
    }
    if (multi_of(packet_size) != 0U) {
        violate("a packet for the host of which part is said to be sent");
    }
    if (count_of(packet_size) > size_of(packet_size)) {
        violate("a packet for the host that is larger than packets are");
    }
    u.endpoints[endpoint].in_sum = in_sum(endpoint);
}

static void write_endpoint(uint32_t endpoint, uint32_t offset, uint8_t value)
{
    struct endpoint *one = &u.endpoints[endpoint];

    switch (offset) {
    case 0x00U:
        one->config = value;
        break;
    case 0x04U:
        if ((value & one->status & 0x40U) != 0U) {
            out_bank_opened(endpoint);
        }
        one->status &= (uint8_t)~value;
        break;
    case 0x05U:
        if ((value & 0x80U) != 0U) {
            in_bank_filled(endpoint);
        }
        one->status |= value;
        break;
    case 0x07U:
        one->flags &= (uint8_t)~value;
        break;
    case 0x08U:
        one->enabled &= (uint8_t)~value;
        break;
    case 0x09U:
        one->enabled |= value;
        break;
    default:
        violate("an unknown endpoint register was written");
        break;
    }
}

static uint32_t read_endpoint(uint32_t endpoint, uint32_t offset)
{
    switch (offset) {
    case 0x00U:
        return u.endpoints[endpoint].config;
    case 0x06U:
        return u.endpoints[endpoint].status;
    case 0x07U:
        return u.endpoints[endpoint].flags;
    default:
        violate("an unknown endpoint register was read");
        return 0U;
    }
}

static void write_control_a(uint8_t value)
{
    u.sync = SYNC_READS;
    if ((value & 0x01U) != 0U) {
        (void)memset(u.endpoints, 0, sizeof u.endpoints);
        u.enabled = false;
        u.address = 0U;
        u.flags = 0U;
        u.flags_enabled = 0U;
        u.descriptors = 0U;
        usb_model.attached = false;
        return;
    }
    if ((value & 0x80U) != 0U) {
        violate("host mode");
    }
    u.enabled = (value & 0x02U) != 0U;
    if (u.enabled && !usb_model.pads) {
        violate("USB enabled without its pads");
    }
}

static void before_enabling(void)
{
    if (u.enabled) {
        violate("a register that is to be written before USB is enabled");
    }
}

void usb_model_write(uint32_t offset, uint32_t width, uint32_t value)
{
    switch (offset) {
    case 0x00U:
        check_access(offset, width, 1U);
        write_control_a((uint8_t)value);
        break;
    case 0x03U:
        check_access(offset, width, 1U);
        before_enabling();
        break;
    case 0x08U:
        check_access(offset, width, 2U);
        if (((value & 0x01U) == 0U) && (!u.enabled || (u.descriptors == 0U) || ((value & 0x0CU) != 0U))) {
            violate("attached before it was ready, or at another speed");
        }
        usb_model.attached = (value & 0x01U) == 0U;
        break;
    case 0x0AU:
        check_access(offset, width, 1U);
        u.address = (uint8_t)value;
        break;
    case 0x18U:
        check_access(offset, width, 2U);
        u.flags_enabled |= (uint16_t)value;
        break;
    case 0x1CU:
        check_access(offset, width, 2U);
        u.flags &= (uint16_t)~value;
        break;
    case 0x24U:
        check_access(offset, width, 4U);
        before_enabling();
        u.descriptors = value;
        if ((value % 4U) != 0U) {
            violate("descriptors that do not begin at a word");
        }
        (void)ram_at(value, 3U * 2U * BANK_BYTES);
        break;
    case 0x28U:
        check_access(offset, width, 2U);
        before_enabling();
        usb_model.pad_calibration = (uint16_t)value;
        break;
    default:
        check_access(offset, width, 1U);
        if ((offset < 0x100U) || (offset >= (0x100U + (0x20U * ENDPOINTS)))) {
            violate("an unknown USB register was written");
        } else {
            write_endpoint((offset - 0x100U) / 0x20U, offset % 0x20U, (uint8_t)value);
        }
        break;
    }
}

uint32_t usb_model_read(uint32_t offset, uint32_t width)
{
    if (offset == 0x02U) {
        check_access(offset, width, 1U);
        if (u.sync > 0U) {
            u.sync--;
        }
        return u.sync;
    }
    if (offset == 0x1CU) {
        check_access(offset, width, 2U);
        return u.flags;
    }
    check_access(offset, width, 1U);
    if ((offset < 0x100U) || (offset >= (0x100U + (0x20U * ENDPOINTS)))) {
        violate("an unknown USB register was read");
        return 0U;
    }
    return read_endpoint((offset - 0x100U) / 0x20U, offset % 0x20U);
}

void usb_model_power_on(void *ram, size_t size, void (*interrupt)(void))
{
    (void)memset(&u, 0, sizeof u);
    (void)memset(&usb_model, 0, sizeof usb_model);
    u.ram = ram;
    u.ram_size = size;
    u.interrupt = interrupt;
}

void usb_model_power_off(void)
{
    u.interrupt_enabled = false;
    u.enabled = false;
    usb_model.attached = false;
}

/* --- The bus ----------------------------------------------------------------------------------------------------------- */

void usb_bus_reset(void)
{
    if (!usb_model.attached) {
        return;
    }
    for (uint32_t i = 0U; i < ENDPOINTS; i++) {
        if (i != 0U) {
            u.endpoints[i].config = 0U;
        }
        u.endpoints[i].enabled = 0U;
        u.endpoints[i].flags = 0U;
        u.endpoints[i].status &= (uint8_t)~0x30U;
    }
    u.address = 0U;
    u.flags |= 0x0008U;
    usb_model_service();
}

void usb_bus_suspend(void)
{
    u.flags |= 0x0001U;
    usb_model_service();
}

void usb_bus_resume(void)
{
    u.flags |= 0x0010U;
    usb_model_service();
}

/* The endpoint, when this device is the one that is meant; bank 0 or 1. */
static struct endpoint *meant(uint32_t address, uint32_t endpoint, uint32_t bank)
{
    const uint32_t config = u.endpoints[endpoint % ENDPOINTS].config;
    const uint32_t type = (config >> (4U * bank)) & 7U;

    if (!u.enabled || !usb_model.attached || (u.address != (0x80U | address)) || (endpoint >= ENDPOINTS) || (type == 0U)) {
        return NULL;
    }
    return &u.endpoints[endpoint];
}

/* The data of a packet and, where there is room for it, its checksum go into the buffer. */
static void receive(uint32_t endpoint, const uint8_t *bytes, size_t length)
{
    const uint32_t packet_size = word_at(bank_at(endpoint, 0U) + 4U);
    const size_t size = size_of(packet_size);
    const size_t kept = (length > size) ? size : length;
    uint8_t *buffer = buffer_of(endpoint, 0U, size);

    if (buffer == NULL) {
        return;
    }
    if (kept > 0U) {
        (void)memcpy(buffer, bytes, kept);
    }
    for (size_t i = kept; (i < size) && (i < (kept + 2U)); i++) {
        buffer[i] = 0xC5U;
    }
    set_word_at(bank_at(endpoint, 0U) + 4U, with_count(packet_size, (uint32_t)kept));
}

enum usb_answer usb_bus_setup(uint32_t address, uint32_t endpoint, const uint8_t *bytes, size_t length)
{
    struct endpoint *one = meant(address, endpoint, 0U);

    if ((one == NULL) || ((one->config & 7U) != 1U) || ((one->flags & 0x10U) != 0U)) {
        return ANSWER_SILENCE;
    }
    /* Unless it comes over a packet that nobody has looked at yet, the bank is as a bank has to be that is written into. */
    if (((one->flags & 0x01U) == 0U) && (count_of(word_at(bank_at(endpoint, 0U) + 4U)) != 0U)) {
        violate("a set-up came to a bank that was not made ready again");
    }
    receive(endpoint, bytes, length);
    /* Toggles and bank 0 full; bank 1 empty and no stall. */
    one->status = (uint8_t)((one->status | 0x43U) & (uint8_t)~0xB0U);
    one->flags |= 0x10U;
    usb_model_service();
    return ANSWER_ACK;
}

enum usb_answer usb_bus_out(uint32_t address, uint32_t endpoint, uint32_t toggle, const uint8_t *bytes, size_t length)
{
    struct endpoint *one = meant(address, endpoint, 0U);

    if (one == NULL) {
        return ANSWER_SILENCE;
    }
    if ((one->status & 0x10U) != 0U) {
        one->flags |= 0x20U;
        return ANSWER_STALL;
    }
    if ((one->status & 0x01U) != toggle) {
        /* Heard before. */
        return ANSWER_ACK;
    }
    if ((one->status & 0x40U) != 0U) {
        one->flags |= 0x04U;
        return ANSWER_NAK;
    }
    receive(endpoint, bytes, length);
    one->status = (uint8_t)((one->status ^ 0x01U) | 0x40U);
    one->flags |= 0x01U;
    usb_model_service();
    return ANSWER_ACK;
}

enum usb_answer usb_bus_in(uint32_t address, uint32_t endpoint, bool heard, uint32_t *toggle, uint8_t *bytes, size_t *length)
{
    struct endpoint *one = meant(address, endpoint, 1U);
    const uint8_t *buffer;
    uint32_t packet_size;

    *length = 0U;
    if (one == NULL) {
        return ANSWER_SILENCE;
    }
    if ((one->status & 0x20U) != 0U) {
        one->flags |= 0x40U;
        return ANSWER_STALL;
    }
    if ((one->status & 0x80U) == 0U) {
        one->flags |= 0x08U;
        return ANSWER_NAK;
    }
    if (one->in_sum != in_sum(endpoint)) {
        violate("a packet was changed while it waited");
    }
    packet_size = word_at(bank_at(endpoint, 1U) + 4U);
    buffer = buffer_of(endpoint, 1U, count_of(packet_size));
    if (buffer == NULL) {
        return ANSWER_SILENCE;
    }
    *length = count_of(packet_size);
    (void)memcpy(bytes, buffer, *length);
    *toggle = (one->status >> 1U) & 1U;
    if (heard) {
        /* What was sent is counted in the multi-packet size. */
        set_word_at(bank_at(endpoint, 1U) + 4U, packet_size | (count_of(packet_size) << 14U));
        one->status = (uint8_t)((one->status ^ 0x02U) & (uint8_t)~0x80U);
        one->flags |= 0x02U;
        usb_model_service();
    }
    return ANSWER_ACK;
}
