"""Microchip's cryptoauthlib as a process that is told what to do.

One JSON object a line on stdin, one answer a line on stdout:

    {"do": "open", "interface": "uart"|"hid", "port": "/dev/...", "part": "ATECC508A", "address": 192}
    {"do": "close"}
    {"do": "definitions", "path": "definitions.so"}
    {"do": "call", "name": "atcab_sign", "arguments": [["number", 0], ["in", "00.."], ["out", 64]]}
    {"do": "python", "name": "atcab_info", "arguments": [["bytearray", 4]]}

"call" goes to the C library itself, "python" through the wheel's own functions. Kinds of arguments of a call:
number N, in HEX (pointer to bytes), out N (pointer to N bytes, given back), size N (pointer to a size_t, given back),
flag (pointer to a bool, given back), count (pointer to a uint32_t, given back), view HEX (cal_buffer), key (cal_buffer of
64 bytes, given back), definition NAME, device, none. The answer has the library's status and what was given back, in order.
"""

import ctypes
import json
import sys

import cryptoauthlib
from cryptoauthlib import atcacert
from cryptoauthlib.iface import ATCADeviceType, ATCAIfaceCfg, ATCAIfaceType, ATCAKitType
from cryptoauthlib.library import cal_buffer, get_cryptoauthlib, load_cryptoauthlib

load_cryptoauthlib()
LIBRARY = get_cryptoauthlib()
LIBRARY.atcab_get_device.restype = ctypes.c_void_p


class Client:
    def __init__(self):
        self.definitions = None
        # The library keeps pointers into what it was opened with.
        self.opened_with = None

    def open(self, request):
        settings = ATCAIfaceCfg()
        settings.devtype = int(ATCADeviceType[request["part"]])
        settings.wake_delay = 1500
        settings.rx_retries = 20
        path = None
        if request["interface"] == "uart":
            settings.iface_type = int(ATCAIfaceType.ATCA_UART_IFACE)
            uart = settings.cfg.atcauart
            uart.dev_interface = int(ATCAKitType.ATCA_KIT_I2C_IFACE)
            uart.dev_identity = request["address"]
            uart.baud = 115200
            uart.wordsize = 8
            uart.parity = 2
            uart.stopbits = 1
            path = ctypes.create_string_buffer(request["port"].encode())
            settings.cfg_data = ctypes.cast(path, ctypes.c_void_p)
        else:
            settings.iface_type = int(ATCAIfaceType.ATCA_HID_IFACE)
            hid = settings.cfg.atcahid
            hid.idx = 0
            hid.dev_interface = int(ATCAKitType.ATCA_KIT_I2C_IFACE)
            hid.dev_identity = request["address"]
            hid.vid = 0x03EB
            hid.pid = 0x2312
            hid.packetsize = 64
        self.opened_with = (settings, path)
        return {"status": LIBRARY.atcab_init(ctypes.byref(settings)) & 0xFF}

    def close(self, _request):
        return {"status": LIBRARY.atcab_release() & 0xFF}

    def load(self, request):
        definitions = ctypes.CDLL(request["path"])
        compiled = list((ctypes.c_size_t * 4).in_dll(definitions, "signet_layout"))
        names = ["atcacert_def_t", "atcacert_cert_element_t", "atcacert_device_loc_t", "atcacert_cert_loc_t"]
        own = []
        for name in names:
            size = getattr(LIBRARY, name + "_size")
            size.restype = ctypes.c_size_t
            own.append(size())
        if compiled != own:
            raise ValueError("structures of %s bytes compiled, the library has %s" % (compiled, own))
        self.definitions = definitions
        return {"status": 0}

    def describe(self, request):
        """Every field of a compiled definition as the wheel's own Python structures read it."""
        definition = self.definition(request["name"])
        return {"status": 0, "text": str(definition)}

    def definition(self, name):
        return atcacert.atcacert_def_t.in_dll(self.definitions, name)

    def call(self, request):
        arguments = []
        returned = []
        kept = []
        for kind, *values in request["arguments"]:
            if kind == "number":
                arguments.append(ctypes.c_size_t(values[0]))
            elif kind == "none":
                arguments.append(None)
            elif kind == "device":
                arguments.append(ctypes.c_void_p(LIBRARY.atcab_get_device()))
            elif kind == "definition":
                arguments.append(ctypes.byref(self.definition(values[0])))
            elif kind == "in":
                arguments.append(bytes.fromhex(values[0]))
            elif kind == "out":
                buffer = ctypes.create_string_buffer(values[0])
                arguments.append(buffer)
                returned.append(lambda buffer=buffer: buffer.raw.hex())
            elif kind == "view":
                content = bytearray.fromhex(values[0])
                view = cal_buffer(len(content), content)
                kept.append((content, view))
                arguments.append(ctypes.byref(view))
            elif kind == "key":
                content = bytearray(64)
                view = cal_buffer(64, content)
                kept.append((content, view))
                arguments.append(ctypes.byref(view))
                returned.append(lambda content=content: content.hex())
            else:
                number = {"size": ctypes.c_size_t, "flag": ctypes.c_bool, "count": ctypes.c_uint32}[kind](*values)
                arguments.append(ctypes.byref(number))
                returned.append(lambda number=number: number.value)
        status = getattr(LIBRARY, request["name"])(*arguments)
        return {"status": status & 0xFF, "returned": [give() for give in returned]}

    def python(self, request):
        arguments = []
        returned = []
        for kind, value in request["arguments"]:
            argument = {"number": int, "bytes": bytes.fromhex, "bytearray": bytearray}[kind](value)
            arguments.append(argument)
            if kind == "bytearray":
                returned.append(argument)
        status = getattr(cryptoauthlib, request["name"])(*arguments)
        return {"status": int(status) & 0xFF, "returned": [bytes(argument).hex() for argument in returned]}


def main():
    client = Client()
    work = {
        "open": client.open,
        "close": client.close,
        "definitions": client.load,
        "describe": client.describe,
        "call": client.call,
        "python": client.python,
    }
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = work[request["do"]](request)
        except Exception as error:  # pylint: disable=broad-except
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


main()
