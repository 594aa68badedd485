#include "samd21_usb.h"

#include "usb_registers.h"

#define OUT 0U
#define IN 1U
#define CONTROL 0U

/* What the factory did not write is all ones; then these are good for any chip (data sheet 10.3.2 and its header files). */
#define TRANSN_DEFAULT 5U
#define TRANSP_DEFAULT 29U
#define TRIM_DEFAULT 3U

static uintptr_t endpoint_block(const struct samd21_usb *usb, uint32_t endpoint)
{
    return usb->blocks->usb + USB_ENDPOINT(endpoint);
}

static uint8_t status_of(const struct samd21_usb *usb, uint32_t endpoint)
{
    return register_read8(endpoint_block(usb, endpoint) + EPSTATUS);
}

static void clear_status(const struct samd21_usb *usb, uint32_t endpoint, uint8_t bits)
{
    register_write8(endpoint_block(usb, endpoint) + EPSTATUSCLR, bits);
}

static void set_status(const struct samd21_usb *usb, uint32_t endpoint, uint8_t bits)
{
    register_write8(endpoint_block(usb, endpoint) + EPSTATUSSET, bits);
}

/* --- Banks ----------------------------------------------------------------------------------------------------------- */

static void place(struct samd21_usb *usb, uint32_t endpoint, uint32_t bank, const uint8_t *buffer)
{
    /* The controller's addresses have 32 bits, as the chip's have. */
    usb->banks[endpoint][bank].address = (uint32_t)(uintptr_t)buffer;
}

/* Makes a bank ready to be written by the next packet from the host; clearing BK0RDY opens it. */
static void arm(struct samd21_usb *usb, uint32_t endpoint)
{
    usb->banks[endpoint][OUT].packet_size = PCKSIZE_SIZE_64 | ((uint32_t)USB_PACKET_MAX << PCKSIZE_MULTI_PACKET_SHIFT);
}

static size_t received(const struct samd21_usb *usb, uint32_t endpoint)
{
    const size_t count = usb->banks[endpoint][OUT].packet_size & PCKSIZE_BYTE_COUNT;

    return (count > USB_PACKET_MAX) ? USB_PACKET_MAX : count;
}

/* One packet, which lies in the bank's buffer already. */
static void offer(struct samd21_usb *usb, uint32_t endpoint, uint32_t size, size_t length)
{
    usb->banks[endpoint][IN].packet_size = size | (uint32_t)length;
    set_status(usb, endpoint, EPSTATUS_BK1RDY);
}

/* --- What the device asks of the controller ---------------------------------------------------------------------------- */

static void set_address(void *context, uint8_t address)
{
    const struct samd21_usb *usb = context;

    register_write8(usb->blocks->usb + USB_DADD, (uint8_t)(DADD_ADDEN | address));
}

static void enable(void *context, bool on)
{
    struct samd21_usb *usb = context;
    const uintptr_t notify = endpoint_block(usb, USB_NOTIFY_ENDPOINT);
    const uintptr_t data = endpoint_block(usb, USB_DATA_ENDPOINT);

    register_write8(notify + EPCFG, EPCFG_OFF);
    register_write8(data + EPCFG, EPCFG_OFF);
    usb->held = false;
    if (!on) {
        return;
    }
    clear_status(usb, USB_NOTIFY_ENDPOINT, EPSTATUS_DTGLIN | EPSTATUS_STALLRQ1 | EPSTATUS_BK1RDY);
    arm(usb, USB_DATA_ENDPOINT);
    clear_status(usb, USB_DATA_ENDPOINT,
                 EPSTATUS_DTGLOUT | EPSTATUS_DTGLIN | EPSTATUS_STALLRQ0 | EPSTATUS_STALLRQ1 | EPSTATUS_BK0RDY |
                     EPSTATUS_BK1RDY);
    register_write8(notify + EPCFG, EPCFG_INTERRUPT_IN);
    register_write8(data + EPCFG, EPCFG_BULK_BOTH);
    register_write8(notify + EPINTENSET, EPINT_TRCPT1);
    register_write8(data + EPINTENSET, EPINT_TRCPT0 | EPINT_TRCPT1);
}

static void control_send(void *context, const uint8_t *bytes, size_t length)
{
    struct samd21_usb *usb = context;

    for (size_t i = 0U; i < length; i++) {
        usb->control_in[i] = bytes[i];
    }
    offer(usb, CONTROL, PCKSIZE_SIZE_64, length);
}

static void control_accept(void *context)
{
    struct samd21_usb *usb = context;

    arm(usb, CONTROL);
    clear_status(usb, CONTROL, EPSTATUS_BK0RDY);
}

static void control_stall(void *context)
{
    const struct samd21_usb *usb = context;

    /* The next set-up clears both. */
    set_status(usb, CONTROL, EPSTATUS_STALLRQ0 | EPSTATUS_STALLRQ1);
}

static void halt(void *context, uint8_t endpoint, bool on)
{
    const struct samd21_usb *usb = context;
    const bool to_host = (endpoint & USB_TO_HOST) != 0U;
    const uint32_t number = endpoint & ~(uint32_t)USB_TO_HOST;
    const uint8_t stall = to_host ? EPSTATUS_STALLRQ1 : EPSTATUS_STALLRQ0;

    if (on) {
        set_status(usb, number, stall);
    } else {
        clear_status(usb, number, (uint8_t)(stall | (to_host ? EPSTATUS_DTGLIN : EPSTATUS_DTGLOUT)));
    }
}

static void discard(void *context)
{
    const struct samd21_usb *usb = context;

    clear_status(usb, USB_DATA_ENDPOINT, EPSTATUS_BK1RDY);
}

/* --- Interrupt --------------------------------------------------------------------------------------------------------- */

static void on_reset(struct samd21_usb *usb)
{
    const uintptr_t control = endpoint_block(usb, CONTROL);

    arm(usb, CONTROL);
    clear_status(usb, CONTROL, EPSTATUS_BK1RDY);
    register_write8(control + EPCFG, EPCFG_CONTROL);
    register_write8(control + EPINTENSET, EPINT_TRCPT0 | EPINT_TRCPT1 | EPINT_RXSTP);
    usb_device_on_reset(&usb->device);
}

static void serve_control(struct samd21_usb *usb)
{
    const uintptr_t flag_register = endpoint_block(usb, CONTROL) + EPINTFLAG;
    const uint8_t flags = register_read8(flag_register);
    uint8_t packet[USB_PACKET_MAX];
    size_t length = 0U;

    if ((flags & (EPINT_RXSTP | EPINT_TRCPT0)) != 0U) {
        /* A set-up may have taken the place of a packet before it: then that one was given up. */
        length = received(usb, CONTROL);
        for (size_t i = 0U; i < length; i++) {
            packet[i] = usb->control_out[i];
        }
        arm(usb, CONTROL);
    }
    /* Flags are cleared before they are answered: what happens meanwhile sets them again. */
    register_write8(flag_register, flags);
    if ((flags & EPINT_RXSTP) != 0U) {
        clear_status(usb, CONTROL, EPSTATUS_BK1RDY);
        usb_device_on_setup(&usb->device, packet, length);
        return;
    }
    if ((flags & EPINT_TRCPT1) != 0U) {
        usb_device_on_control_sent(&usb->device);
    }
    if ((flags & EPINT_TRCPT0) != 0U) {
        usb_device_on_control_received(&usb->device, packet, length);
    }
}

/* A packet from the host, if there is one and room for it. Until it is taken the host's next one gets NAK. */
static void take_data(struct samd21_usb *usb)
{
    usb->held = false;
    if ((status_of(usb, USB_DATA_ENDPOINT) & EPSTATUS_BK0RDY) == 0U) {
        return;
    }
    if (!usb_serial_has_room(&usb->device.serial)) {
        usb->held = true;
        return;
    }
    usb_serial_take(&usb->device.serial, usb->data_out, received(usb, USB_DATA_ENDPOINT));
    arm(usb, USB_DATA_ENDPOINT);
    clear_status(usb, USB_DATA_ENDPOINT, EPSTATUS_BK0RDY);
}

static void give_data(struct samd21_usb *usb)
{
    size_t length = 0U;

    if (((status_of(usb, USB_DATA_ENDPOINT) & EPSTATUS_BK1RDY) == 0U) &&
        usb_serial_give(&usb->device.serial, usb->data_in, &length)) {
        offer(usb, USB_DATA_ENDPOINT, PCKSIZE_SIZE_64, length);
    }
}

static void give_notification(struct samd21_usb *usb)
{
    if (((status_of(usb, USB_NOTIFY_ENDPOINT) & EPSTATUS_BK1RDY) == 0U) &&
        usb_serial_notify(&usb->device.serial, usb->notify_in)) {
        offer(usb, USB_NOTIFY_ENDPOINT, PCKSIZE_SIZE_16, USB_NOTIFICATION_SIZE);
    }
}

void samd21_usb_on_interrupt(struct samd21_usb *usb)
{
    const uintptr_t flag_register = usb->blocks->usb + USB_INTFLAG;
    const uint16_t flags = register_read16(flag_register);

    register_write16(flag_register, flags);
    if ((flags & USB_INT_EORST) != 0U) {
        on_reset(usb);
    }
    /* Both at once: woken again since. */
    if ((flags & (USB_INT_SUSPEND | USB_INT_WAKEUP)) != 0U) {
        usb_device_on_suspend(&usb->device, (flags & USB_INT_WAKEUP) == 0U);
    }
    /* Whatever comes of the rest, these have been seen: what they are about is looked at below. */
    register_write8(endpoint_block(usb, USB_NOTIFY_ENDPOINT) + EPINTFLAG, EPINT_TRCPT1);
    register_write8(endpoint_block(usb, USB_DATA_ENDPOINT) + EPINTFLAG, EPINT_TRCPT0 | EPINT_TRCPT1);
    serve_control(usb);
    if (usb_device_is_configured(&usb->device)) {
        take_data(usb);
        give_notification(usb);
        give_data(usb);
    }
}

/* --- Main loop --------------------------------------------------------------------------------------------------------- */

static void ask_for_interrupt(const struct samd21_usb *usb)
{
    register_write32(usb->blocks->nvic + NVIC_ISPR, 1UL << IRQ_USB);
}

int16_t samd21_usb_read(struct samd21_usb *usb)
{
    const int16_t byte = usb_serial_read(&usb->device.serial);

    if (usb->held && usb_serial_has_room(&usb->device.serial)) {
        ask_for_interrupt(usb);
    }
    return byte;
}

bool samd21_usb_write(struct samd21_usb *usb, const uint8_t *bytes, size_t length)
{
    if (!usb_serial_write(&usb->device.serial, bytes, length)) {
        return false;
    }
    ask_for_interrupt(usb);
    return true;
}

/* --------------------------------------------------------------------------------------------------------------------- */

/* A field of the calibration; `missing` where the factory left all ones. */
static uint32_t calibration(uint32_t word, uint32_t shift, uint32_t mask, uint32_t missing)
{
    const uint32_t value = (word >> shift) & mask;

    return (value == mask) ? missing : value;
}

static uint16_t pad_calibration(const struct samd21_blocks *blocks)
{
    const uint32_t word = register_read32(blocks->calibration + CALIBRATION_WORD1);
    const uint32_t transn = calibration(word, CALIBRATION_TRANSN_SHIFT, 0x1FU, TRANSN_DEFAULT);
    const uint32_t transp = calibration(word, CALIBRATION_TRANSP_SHIFT, 0x1FU, TRANSP_DEFAULT);
    const uint32_t trim = calibration(word, CALIBRATION_TRIM_SHIFT, 0x07U, TRIM_DEFAULT);

    return (uint16_t)(transp | (transn << PADCAL_TRANSN_SHIFT) | (trim << PADCAL_TRIM_SHIFT));
}

static void wait_for_sync(const struct samd21_blocks *blocks)
{
    while (register_read8(blocks->usb + USB_SYNCBUSY) != 0U) {
    }
}

void samd21_usb_start(struct samd21_usb *usb, const struct samd21_blocks *blocks)
{
    uint32_t unique[USB_UNIQUE_WORDS];

    usb->blocks = blocks;
    usb->controller.context = usb;
    usb->controller.set_address = set_address;
    usb->controller.enable = enable;
    usb->controller.control_send = control_send;
    usb->controller.control_accept = control_accept;
    usb->controller.control_stall = control_stall;
    usb->controller.halt = halt;
    usb->controller.discard = discard;
    usb->held = false;
    unique[0] = register_read32(blocks->unique + UNIQUE_WORD0);
    for (uintptr_t i = 1U; i < USB_UNIQUE_WORDS; i++) {
        unique[i] = register_read32(blocks->unique + UNIQUE_WORD1 + (4U * (i - 1U)));
    }
    usb_device_init(&usb->device, &usb->controller, unique);
    place(usb, CONTROL, OUT, usb->control_out);
    place(usb, CONTROL, IN, usb->control_in);
    place(usb, USB_NOTIFY_ENDPOINT, OUT, usb->notify_in);
    place(usb, USB_NOTIFY_ENDPOINT, IN, usb->notify_in);
    place(usb, USB_DATA_ENDPOINT, OUT, usb->data_out);
    place(usb, USB_DATA_ENDPOINT, IN, usb->data_in);

    register_write8(blocks->usb + USB_CTRLA, CTRLA_SWRST);
    wait_for_sync(blocks);
    register_write16(blocks->usb + USB_PADCAL, pad_calibration(blocks));
    register_write8(blocks->usb + USB_QOSCTRL, QOSCTRL_HIGH);
    register_write32(blocks->usb + USB_DESCADD, (uint32_t)(uintptr_t)usb->banks);
    register_write16(blocks->usb + USB_INTENSET, USB_INT_EORST | USB_INT_SUSPEND | USB_INT_WAKEUP);
    register_write8(blocks->usb + USB_CTRLA, CTRLA_ENABLE);
    wait_for_sync(blocks);
    register_write32(blocks->nvic + NVIC_ISER, 1UL << IRQ_USB);
    /* With the pull-up on: the host sees a device. */
    register_write16(blocks->usb + USB_CTRLB, CTRLB_FULL_SPEED);
}
