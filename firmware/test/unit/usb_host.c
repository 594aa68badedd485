#include "usb_host.h"

#include <string.h>

#define PACKET 64U
/* The device's interrupt answers at once; who says NAK for longer says it for ever. */
#define ATTEMPTS 4U

void host_reset(struct usb_host *host)
{
    const bool deaf = host->deaf;

    (void)memset(host, 0, sizeof *host);
    host->deaf = deaf;
    usb_bus_reset();
}

static bool is_lost(struct usb_host *host)
{
    host->packets++;
    return host->deaf && ((host->packets % 2U) == 0U);
}

enum usb_answer host_out(struct usb_host *host, uint32_t endpoint, const uint8_t *bytes, size_t length)
{
    enum usb_answer answer = usb_bus_out(host->address, endpoint, host->out_toggle[endpoint], bytes, length);

    if ((answer == ANSWER_ACK) && is_lost(host)) {
        answer = usb_bus_out(host->address, endpoint, host->out_toggle[endpoint], bytes, length);
    }
    if (answer == ANSWER_ACK) {
        host->out_toggle[endpoint] ^= 1U;
    }
    return answer;
}

static int of_answer(enum usb_answer answer)
{
    return (answer == ANSWER_NAK) ? HOST_BUSY : ((answer == ANSWER_STALL) ? HOST_STALL : HOST_SILENCE);
}

int host_in(struct usb_host *host, uint32_t endpoint, uint8_t *bytes)
{
    int taken = HOST_SILENCE;
    uint32_t toggle = 0U;
    size_t length = 0U;
    bool lost;

    do {
        enum usb_answer answer;

        /* The device does not hear that it arrived, and says it again: once taken, the second time is passed over. */
        lost = is_lost(host);
        answer = usb_bus_in(host->address, endpoint, !lost, &toggle, bytes, &length);
        if (answer != ANSWER_ACK) {
            return of_answer(answer);
        }
        if (toggle == host->in_toggle[endpoint]) {
            host->in_toggle[endpoint] ^= 1U;
            taken = (int)length;
        }
    } while (lost);
    return taken;
}

static int out_stage(struct usb_host *host, const uint8_t *bytes, size_t length)
{
    enum usb_answer answer = ANSWER_NAK;

    for (uint32_t i = 0U; (i < ATTEMPTS) && (answer == ANSWER_NAK); i++) {
        answer = host_out(host, 0U, bytes, length);
    }
    return (answer == ANSWER_ACK) ? 0 : of_answer(answer);
}

static int in_stage(struct usb_host *host, uint8_t *bytes)
{
    int got = HOST_BUSY;

    for (uint32_t i = 0U; (i < ATTEMPTS) && (got == HOST_BUSY); i++) {
        got = host_in(host, 0U, bytes);
    }
    return got;
}

static int fetch(struct usb_host *host, uint8_t *data, size_t wanted)
{
    size_t done = 0U;

    while (done < wanted) {
        uint8_t packet[PACKET];
        const int got = in_stage(host, packet);

        if (got < 0) {
            return got;
        }
        if ((size_t)got > (wanted - done)) {
            return HOST_SILENCE;
        }
        (void)memcpy(&data[done], packet, (size_t)got);
        done += (size_t)got;
        if (got < (int)PACKET) {
            break;
        }
    }
    return (int)done;
}

/* What begins anew on the device begins anew here. */
static void follow(struct usb_host *host, const uint8_t *setup)
{
    const bool configured = (setup[0] == 0x00U) && (setup[1] == 9U);
    const bool set = (setup[0] == 0x01U) && (setup[1] == 11U);

    for (uint32_t endpoint = 1U; (configured || set) && (endpoint < HOST_ENDPOINTS); endpoint++) {
        host->out_toggle[endpoint] = 0U;
        host->in_toggle[endpoint] = 0U;
    }
    if ((setup[0] == 0x02U) && (setup[1] == 1U)) {
        if ((setup[4] & 0x80U) != 0U) {
            host->in_toggle[setup[4] & 0x0FU] = 0U;
        } else {
            host->out_toggle[setup[4] & 0x0FU] = 0U;
        }
    }
    if ((setup[0] == 0x00U) && (setup[1] == 5U)) {
        host->address = setup[2];
    }
}

int host_control(struct usb_host *host, const uint8_t *setup, uint8_t *data)
{
    const size_t wanted = (size_t)setup[6] | ((size_t)setup[7] << 8U);
    const bool to_host = ((setup[0] & 0x80U) != 0U) && (wanted > 0U);
    uint8_t nothing[PACKET];
    int result = 0;
    int status;

    if (usb_bus_setup(host->address, 0U, setup, 8U) != ANSWER_ACK) {
        return HOST_SILENCE;
    }
    host->in_toggle[0] = 1U;
    host->out_toggle[0] = 1U;
    if (to_host) {
        result = fetch(host, data, wanted);
        if (result < 0) {
            return result;
        }
        host->out_toggle[0] = 1U;
        status = out_stage(host, nothing, 0U);
        return (status < 0) ? status : result;
    }
    for (size_t done = 0U; done < wanted; done += PACKET) {
        const size_t part = ((wanted - done) > PACKET) ? PACKET : (wanted - done);

        result = out_stage(host, &data[done], part);
        if (result < 0) {
            return result;
        }
    }
    host->in_toggle[0] = 1U;
    status = in_stage(host, nothing);
    if (status != 0) {
        return (status > 0) ? HOST_SILENCE : status;
    }
    follow(host, setup);
    return (int)wanted;
}
