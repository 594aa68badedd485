import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SerialPort } from 'serialport';
import type { ByteChannel } from '../../src-main/hal/byte-channel.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import { Gadget, type GadgetFace } from './gadget.ts';

const REPORT = 64;

/** The device's own side of a gadget: bytes of the host come in, bytes for the host go out. */
interface DeviceEnd {
  /** Called before the cable goes in. */
  ready(): Promise<void>;
  /** Called after it is out. */
  rest(): Promise<void>;
  send(bytes: Uint8Array): void;
}

/** A USB device with a simulated board in it; without a board one that listens and never answers. */
export class UsbBoard {
  readonly name: string;
  readonly kind: 'hid' | 'acm';
  readonly gadget: Gadget;
  readonly #board: Board | undefined;
  readonly #end: DeviceEnd;
  #channel: ByteChannel | undefined;
  #plugged = false;
  /** Bytes that any host program ever sent to it. */
  heard = 0;

  private constructor(name: string, kind: 'hid' | 'acm', gadget: Gadget, board: Board | undefined) {
    this.name = name;
    this.kind = kind;
    this.gadget = gadget;
    this.#board = board;
    board?.unplug('not plugged in yet');
    const hear = (bytes: Uint8Array): void => {
      this.heard += bytes.length;
      this.#channel?.write(bytes).catch(() => undefined);
    };
    this.#end = kind === 'hid' ? hidEnd(gadget.end, hear) : serialEnd(gadget.end, hear);
  }

  static async create(
    name: string,
    controller: number,
    kind: 'hid' | 'acm',
    face: GadgetFace,
    board?: Board,
  ): Promise<UsbBoard> {
    return new UsbBoard(name, kind, await Gadget.create(name, controller, kind, face), board);
  }

  get board(): Board {
    if (this.#board === undefined) throw new Error(`${this.name} has no board`);
    return this.#board;
  }

  /** The cable goes in: power, the device's own side, then the bus. */
  async plug(): Promise<void> {
    if (this.#plugged) return;
    this.#plugged = true;
    const board = this.#board;
    if (board !== undefined) {
      board.plug();
      this.#channel = board.connect();
      this.#channel.setReceiver({ data: (bytes) => this.#end.send(bytes), closed: () => undefined });
    }
    await this.#end.ready();
    await this.gadget.plug();
  }

  /** The cable comes out. */
  async unplug(): Promise<void> {
    if (!this.#plugged) return;
    this.#plugged = false;
    await this.gadget.unplug();
    this.#board?.unplug();
    this.#channel = undefined;
    await this.#end.rest();
  }
}

/** /dev/ttyGS*: opened anew for every plug, because the kernel hangs it up at every unplug. */
function serialEnd(path: string, hear: (bytes: Uint8Array) => void): DeviceEnd {
  let port: SerialPort | undefined;
  return {
    async ready() {
      const opened = new SerialPort({ path, baudRate: 115_200, autoOpen: false, lock: false });
      opened.on('error', () => undefined);
      opened.on('data', (bytes: Buffer) => {
        if (port === opened) hear(new Uint8Array(bytes));
      });
      await new Promise<void>((resolve, reject) => {
        opened.open((error) => (error === null ? resolve() : reject(error)));
      });
      port = opened;
    },
    async rest() {
      const closing = port;
      port = undefined;
      if (closing?.isOpen === true) await new Promise<void>((resolve) => closing.close(() => resolve()));
    },
    send(bytes) {
      port?.write(Buffer.from(bytes));
    },
  };
}

/** /dev/hidg*: stays open; a read waits through any number of plugs. */
function hidEnd(path: string, hear: (bytes: Uint8Array) => void): DeviceEnd {
  let file: Awaited<ReturnType<typeof open>> | undefined;
  let sending = Promise.resolve();
  let powered = false;

  const listen = async (): Promise<void> => {
    // The file is made by the kernel when the device is plugged in for the first time.
    while (file === undefined) {
      try {
        file = await open(path, 'r+');
      } catch {
        await sleep(20);
      }
    }
    const report = new Uint8Array(REPORT);
    for (;;) {
      try {
        const { bytesRead } = await file.read(report, 0, REPORT, null);
        if (bytesRead > 0) hear(report.slice(0, bytesRead));
      } catch {
        await sleep(20);
      }
    }
  };

  return {
    async ready() {
      powered = true;
      if (file === undefined) void listen();
    },
    async rest() {
      powered = false;
    },
    send(bytes) {
      for (let at = 0; at < bytes.length; at += REPORT) {
        const report = new Uint8Array(REPORT);
        report.set(bytes.subarray(at, at + REPORT));
        sending = sending
          .then(async () => {
            if (powered) await file?.write(report, 0, REPORT, null);
          })
          .catch(() => undefined);
      }
    },
  };
}
