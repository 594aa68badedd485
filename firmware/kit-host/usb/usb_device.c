#include "usb_device.h"

/* bmRequestType: direction, kind and addressee in one. */
enum request_type {
    TO_DEVICE = 0x00,
    TO_INTERFACE = 0x01,
    TO_ENDPOINT = 0x02,
    CLASS_TO_INTERFACE = 0x21,
    FROM_DEVICE = 0x80,
    FROM_INTERFACE = 0x81,
    FROM_ENDPOINT = 0x82,
    CLASS_FROM_INTERFACE = 0xA1
};

enum request {
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_FEATURE = 3,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    GET_INTERFACE = 10,
    SET_INTERFACE = 11,
    SET_LINE_CODING = 0x20,
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINE_STATE = 0x22,
    SEND_BREAK = 0x23
};

#define FEATURE_ENDPOINT_HALT 0U
#define ADDRESS_MAX 127U

struct setup {
    uint8_t type;
    uint8_t request;
    uint16_t value;
    uint16_t index;
    uint16_t length;
};

/* --- Stages of a transfer ---------------------------------------------------------------------------------------------- */

static void send_packet(struct usb_device *device)
{
    const uint8_t *packet = device->data;
    const size_t count = (device->left > USB_PACKET_MAX) ? USB_PACKET_MAX : device->left;

    device->data = &packet[count];
    device->left -= count;
    if (count < USB_PACKET_MAX) {
        device->empty_packet_due = false;
    }
    device->controller->control_send(device->controller->context, packet, count);
}

/* "Done": an empty packet for the host. */
static void confirm(struct usb_device *device)
{
    device->stage = USB_CONFIRMING;
    device->controller->control_send(device->controller->context, device->scratch, 0U);
}

/* Data for the host, as much of it as it asked for. */
static void send(struct usb_device *device, const struct setup *setup, const uint8_t *bytes, size_t length)
{
    if (setup->length == 0U) {
        /* No data stage: what is left of the request is its confirmation. */
        confirm(device);
        return;
    }
    device->stage = USB_SENDING;
    device->data = bytes;
    device->left = (length > setup->length) ? setup->length : length;
    /* The host sees the end of less than it asked for by a packet that is not full. */
    device->empty_packet_due = (device->left < setup->length);
    device->controller->control_accept(device->controller->context);
    send_packet(device);
}

static void send_short(struct usb_device *device, const struct setup *setup, uint8_t first, size_t length)
{
    device->scratch[0] = first;
    device->scratch[1] = 0U;
    send(device, setup, device->scratch, length);
}

static void stall(struct usb_device *device)
{
    device->stage = USB_IDLE;
    device->controller->control_stall(device->controller->context);
}

/* --- Endpoints --------------------------------------------------------------------------------------------------------- */

/* The bit of a configured endpoint; 0 for any other. */
static uint8_t endpoint_bit(const struct usb_device *device, uint16_t endpoint)
{
    if (!usb_device_is_configured(device)) {
        return 0U;
    }
    switch (endpoint) {
    case USB_NOTIFY_ENDPOINT | USB_TO_HOST:
        return 0x01U;
    case USB_DATA_ENDPOINT:
        return 0x02U;
    case USB_DATA_ENDPOINT | USB_TO_HOST:
        return 0x04U;
    default:
        return 0U;
    }
}

static bool is_control_endpoint(uint16_t endpoint)
{
    return (endpoint & (uint16_t)~USB_TO_HOST) == 0U;
}

static void configure(struct usb_device *device, uint8_t configuration)
{
    device->configuration = configuration;
    device->halted = 0U;
    usb_serial_set_online(&device->serial, configuration != 0U);
    device->controller->enable(device->controller->context, configuration != 0U);
}

/* --- Requests; false = refused ----------------------------------------------------------------------------------------- */

static bool device_request(struct usb_device *device, const struct setup *setup)
{
    /* Features of the device are remote wake-up and test modes: neither is there. */
    if ((setup->index != 0U) || (setup->length != 0U)) {
        return false;
    }
    if (setup->request == (uint8_t)SET_ADDRESS) {
        if (usb_device_is_configured(device) || (setup->value > ADDRESS_MAX)) {
            return false;
        }
        device->address_due = true;
        device->address = (uint8_t)setup->value;
    } else if ((setup->request == (uint8_t)SET_CONFIGURATION) && (setup->value <= USB_CONFIGURATION)) {
        configure(device, (uint8_t)setup->value);
    } else {
        return false;
    }
    confirm(device);
    return true;
}

static bool get_descriptor(struct usb_device *device, const struct setup *setup)
{
    size_t length = 0U;
    const uint8_t *descriptor = usb_descriptor((uint8_t)(setup->value >> 8U), (uint8_t)(setup->value & 0xFFU), setup->index,
                                               device->unique, device->scratch, &length);

    if (descriptor == NULL) {
        return false;
    }
    send(device, setup, descriptor, length);
    return true;
}

static bool device_question(struct usb_device *device, const struct setup *setup)
{
    if (setup->request == (uint8_t)GET_DESCRIPTOR) {
        return get_descriptor(device, setup);
    }
    if ((setup->value != 0U) || (setup->index != 0U)) {
        return false;
    }
    if (setup->request == (uint8_t)GET_STATUS) {
        /* From the bus, no remote wake-up. */
        send_short(device, setup, 0U, 2U);
        return true;
    }
    if (setup->request == (uint8_t)GET_CONFIGURATION) {
        send_short(device, setup, device->configuration, 1U);
        return true;
    }
    return false;
}

static bool is_interface(const struct usb_device *device, const struct setup *setup)
{
    return usb_device_is_configured(device) && (setup->index < USB_INTERFACES);
}

static bool interface_request(struct usb_device *device, const struct setup *setup)
{
    /* There is one setting of each interface; to choose it is to begin anew. */
    if (!is_interface(device, setup) || (setup->request != (uint8_t)SET_INTERFACE) || (setup->value != 0U) ||
        (setup->length != 0U)) {
        return false;
    }
    configure(device, device->configuration);
    confirm(device);
    return true;
}

static bool interface_question(struct usb_device *device, const struct setup *setup)
{
    if (!is_interface(device, setup) || (setup->value != 0U)) {
        return false;
    }
    if (setup->request == (uint8_t)GET_STATUS) {
        send_short(device, setup, 0U, 2U);
        return true;
    }
    if (setup->request == (uint8_t)GET_INTERFACE) {
        send_short(device, setup, 0U, 1U);
        return true;
    }
    return false;
}

static bool endpoint_request(struct usb_device *device, const struct setup *setup)
{
    const uint8_t bit = endpoint_bit(device, setup->index);
    const bool halt = setup->request == (uint8_t)SET_FEATURE;

    if ((!halt && (setup->request != (uint8_t)CLEAR_FEATURE)) || (setup->value != FEATURE_ENDPOINT_HALT) ||
        (setup->length != 0U)) {
        return false;
    }
    if (bit != 0U) {
        device->halted = (uint8_t)(halt ? (device->halted | bit) : (device->halted & (uint8_t)~bit));
        device->controller->halt(device->controller->context, (uint8_t)setup->index, halt);
    } else if (halt || !is_control_endpoint(setup->index)) {
        /* Endpoint 0 is never halted, so it may be cleared. */
        return false;
    } else {
        /* Nothing. */
    }
    confirm(device);
    return true;
}

static bool endpoint_question(struct usb_device *device, const struct setup *setup)
{
    const uint8_t bit = endpoint_bit(device, setup->index);

    if ((setup->request != (uint8_t)GET_STATUS) || (setup->value != 0U)) {
        return false;
    }
    if ((bit == 0U) && !is_control_endpoint(setup->index)) {
        return false;
    }
    send_short(device, setup, ((device->halted & bit) != 0U) ? 1U : 0U, 2U);
    return true;
}

static bool is_control_interface(const struct usb_device *device, const struct setup *setup)
{
    return usb_device_is_configured(device) && (setup->index == USB_CONTROL_INTERFACE);
}

static bool class_request(struct usb_device *device, const struct setup *setup)
{
    if (!is_control_interface(device, setup)) {
        return false;
    }
    if (setup->request == (uint8_t)SET_LINE_CODING) {
        if ((setup->value != 0U) || (setup->length != USB_LINE_CODING_SIZE)) {
            return false;
        }
        device->stage = USB_RECEIVING;
        device->controller->control_accept(device->controller->context);
        return true;
    }
    if (setup->length != 0U) {
        return false;
    }
    if (setup->request == (uint8_t)SET_CONTROL_LINE_STATE) {
        if (usb_serial_set_lines(&device->serial, setup->value)) {
            device->controller->discard(device->controller->context);
        }
    } else if (setup->request != (uint8_t)SEND_BREAK) {
        return false;
    } else {
        /* A break means nothing here. */
    }
    confirm(device);
    return true;
}

static bool class_question(struct usb_device *device, const struct setup *setup)
{
    if (!is_control_interface(device, setup) || (setup->request != (uint8_t)GET_LINE_CODING) || (setup->value != 0U)) {
        return false;
    }
    send(device, setup, device->serial.line_coding, USB_LINE_CODING_SIZE);
    return true;
}

static bool obey(struct usb_device *device, const struct setup *setup)
{
    switch (setup->type) {
    case TO_DEVICE:
        return device_request(device, setup);
    case FROM_DEVICE:
        return device_question(device, setup);
    case TO_INTERFACE:
        return interface_request(device, setup);
    case FROM_INTERFACE:
        return interface_question(device, setup);
    case TO_ENDPOINT:
        return endpoint_request(device, setup);
    case FROM_ENDPOINT:
        return endpoint_question(device, setup);
    case CLASS_TO_INTERFACE:
        return class_request(device, setup);
    case CLASS_FROM_INTERFACE:
        return class_question(device, setup);
    default:
        return false;
    }
}

/* --------------------------------------------------------------------------------------------------------------------- */

static void forget_all(struct usb_device *device)
{
    device->stage = USB_IDLE;
    device->left = 0U;
    device->empty_packet_due = false;
    device->address_due = false;
    device->address = 0U;
    device->configuration = 0U;
    device->suspended = false;
    device->halted = 0U;
}

void usb_device_init(struct usb_device *device, const struct usb_controller *controller, const uint32_t *unique)
{
    device->controller = controller;
    device->data = device->scratch;
    for (size_t i = 0U; i < USB_UNIQUE_WORDS; i++) {
        device->unique[i] = unique[i];
    }
    usb_serial_init(&device->serial);
    forget_all(device);
}

bool usb_device_is_configured(const struct usb_device *device)
{
    return device->configuration != 0U;
}

bool usb_device_has_host(const struct usb_device *device)
{
    return device->serial.online && !device->suspended;
}

void usb_device_on_reset(struct usb_device *device)
{
    forget_all(device);
    usb_serial_set_online(&device->serial, false);
    device->controller->set_address(device->controller->context, 0U);
    device->controller->enable(device->controller->context, false);
}

void usb_device_on_suspend(struct usb_device *device, bool suspended)
{
    device->suspended = suspended;
}

void usb_device_on_setup(struct usb_device *device, const uint8_t *bytes, size_t length)
{
    struct setup setup;

    /* Whatever was under way on endpoint 0, the host has given it up. */
    device->stage = USB_IDLE;
    device->address_due = false;
    if (length != USB_SETUP_SIZE) {
        stall(device);
        return;
    }
    setup.type = bytes[0];
    setup.request = bytes[1];
    setup.value = (uint16_t)(bytes[2] | ((uint32_t)bytes[3] << 8U));
    setup.index = (uint16_t)(bytes[4] | ((uint32_t)bytes[5] << 8U));
    setup.length = (uint16_t)(bytes[6] | ((uint32_t)bytes[7] << 8U));
    if (!obey(device, &setup)) {
        stall(device);
    }
}

void usb_device_on_control_sent(struct usb_device *device)
{
    if (device->stage == USB_SENDING) {
        if ((device->left > 0U) || device->empty_packet_due) {
            send_packet(device);
        }
    } else if (device->stage == USB_CONFIRMING) {
        device->stage = USB_IDLE;
        if (device->address_due) {
            device->address_due = false;
            device->controller->set_address(device->controller->context, device->address);
        }
    } else {
        /* Of a transfer that was given up. */
    }
}

void usb_device_on_control_received(struct usb_device *device, const uint8_t *bytes, size_t length)
{
    if ((device->stage == USB_RECEIVING) && (length == USB_LINE_CODING_SIZE)) {
        usb_serial_set_coding(&device->serial, bytes);
        confirm(device);
    } else if ((device->stage == USB_SENDING) && (length == 0U)) {
        /* The host has what it wanted. */
        device->stage = USB_IDLE;
    } else {
        stall(device);
    }
}
