"""The commands of a run once more, by the functions of Microchip's cryptoauthlib for Python.

line-replay.py FILE: JSON with "port", "part" and "packets" (count..CRC as hex, in order). Opens the kit at the port, makes of
every packet the library's own call for that command, and prints how many there were and how long they took.
"""

import ctypes
import json
import sys
import time

import cryptoauthlib
from cryptoauthlib.iface import ATCADeviceType, ATCAIfaceCfg, ATCAIfaceType, ATCAKitType
from cryptoauthlib.library import get_cryptoauthlib, load_cryptoauthlib

load_cryptoauthlib()

CONFIG, OTP, DATA = 0, 1, 2
BLOCK = 0x80


def place(zone, address):
    """Slot, block and offset of a Read's or Write's address."""
    if zone == DATA:
        return (address >> 3) & 0x0F, address >> 8, address & 7
    return 0, (address >> 3) & 3, address & 7


def call_of(packet):
    """The library's call that sends this packet; None when it has none."""
    opcode, p1, p2, data = packet[1], packet[2], packet[3] | packet[4] << 8, packet[5:-2]
    if opcode == 0x02:
        length = 32 if p1 & BLOCK else 4
        slot, block, offset = place(p1 & 3, p2)
        return lambda: cryptoauthlib.atcab_read_zone(p1 & 3, slot, block, offset, bytearray(length), length)
    if opcode == 0x12:
        slot, block, offset = place(p1 & 3, p2)
        return lambda: cryptoauthlib.atcab_write_zone(p1 & 3, slot, block, offset, bytearray(data), len(data))
    if opcode == 0x17:
        return lambda: cryptoauthlib.atcab_lock(p1, p2)
    if opcode == 0x40:
        generate = cryptoauthlib.atcab_genkey if p1 & 0x04 else cryptoauthlib.atcab_get_pubkey
        return lambda: generate(p2, bytearray(64))
    if opcode == 0x16:
        return lambda: cryptoauthlib.atcab_nonce_base(p1, p2, bytearray(data), bytearray(32))
    if opcode == 0x1B:
        return lambda: cryptoauthlib.atcab_random(bytearray(32))
    if opcode == 0x41:
        return lambda: cryptoauthlib.atcab_sign_base(p1, p2, bytearray(64))
    if opcode == 0x30:
        return lambda: cryptoauthlib.atcab_info_base(p1, p2, bytearray(4))
    return None


def open_kit(port, part):
    settings = ATCAIfaceCfg()
    settings.devtype = int(ATCADeviceType[part])
    settings.iface_type = int(ATCAIfaceType.ATCA_UART_IFACE)
    settings.wake_delay = 1500
    settings.rx_retries = 20
    uart = settings.cfg.atcauart
    uart.dev_interface = int(ATCAKitType.ATCA_KIT_I2C_IFACE)
    uart.dev_identity = 0
    uart.baud = 115200
    uart.wordsize = 8
    uart.parity = 2
    uart.stopbits = 1
    path = ctypes.create_string_buffer(port.encode())
    settings.cfg_data = ctypes.cast(path, ctypes.c_void_p)
    status = get_cryptoauthlib().atcab_init(ctypes.byref(settings)) & 0xFF
    if status != 0:
        sys.exit("the library finds no %s: %02X" % (part, status))
    return settings, path


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        wanted = json.load(file)
    calls = [call_of(bytes.fromhex(packet)) for packet in wanted["packets"]]
    kept = open_kit(wanted["port"], wanted["part"])
    known = [call for call in calls if call is not None]
    started = time.perf_counter()
    for index, call in enumerate(known):
        status = call()
        if status != 0:
            sys.exit("packet %d ended with %02X" % (index, status & 0xFF))
    took = time.perf_counter() - started
    get_cryptoauthlib().atcab_release()
    del kept
    print("%d packets in %.1f ms" % (len(known), 1000 * took))


main()
