import type { Chip } from '../../src-main/simulator/chip/index.ts';
import type { KitOptions } from '../../src-main/simulator/kits/kit.ts';
import { wellFormedHabits } from '../../src-main/simulator/kits/modern.ts';
import { chipsOf, createBoard, createSignerStick, type NewChip } from '../../src-main/simulator/open-board.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import type { GadgetFace } from './gadget.ts';
import { UsbBoard } from './usb-board.ts';

/** Faces of kit-protocol.md 5. */
const faces = {
  stick: { vendorId: 0x03eb, productId: 0x2312, manufacturer: 'ATMEL', product: 'Crypto Device Demo' },
  trustPlatform: {
    vendorId: 0x03eb,
    productId: 0x2312,
    manufacturer: 'Microchip Technology Inc.',
    product: 'CryptoAuth Trust Platform',
    packetBytes: 80,
  },
  serialKit: { vendorId: 0x03eb, productId: 0x2122, manufacturer: 'ATMEL', product: 'XPLAINED Virtual Com Port' },
  xplained: {
    vendorId: 0x03eb,
    productId: 0x2404,
    manufacturer: 'ATMEL ASF',
    product: 'Communication Device Class ASF example',
  },
  debugger: { vendorId: 0x03eb, productId: 0x2111, manufacturer: 'Atmel Corp.', product: 'EDBG CMSIS-DAP' },
  /** No kit, and not known as one. */
  foreign: { vendorId: 0x1d6b, productId: 0x0104, manufacturer: 'Linux Foundation', product: 'Multifunction Gadget' },
} satisfies Record<string, GadgetFace>;

const modern: KitOptions = { dialect: 'modern', habits: wellFormedHabits };

/** What stands on the bench: how each board speaks and what it carries. */
const kinds: readonly {
  readonly name: string;
  readonly face: GadgetFace;
  readonly kit: KitOptions;
  readonly part: NewChip['part'];
}[] = [
  { name: 'board0', face: faces.serialKit, kit: { dialect: 'legacy' }, part: '508A' },
  { name: 'board1', face: faces.xplained, kit: { dialect: 'd21' }, part: '508A' },
  { name: 'board2', face: faces.debugger, kit: modern, part: '608A' },
  { name: 'board3', face: faces.xplained, kit: { dialect: 'd21' }, part: '608A' },
  { name: 'board4', face: faces.debugger, kit: modern, part: '508A' },
  { name: 'board5', face: faces.serialKit, kit: { dialect: 'legacy' }, part: '608A' },
];

/** All USB devices of the bench, each on a connector of its own, none plugged in. */
export interface Plant {
  readonly sticks: readonly [UsbBoard, UsbBoard];
  /** A HID kit in the modern dialect, as the Trust Platform's: what Microchip's own library can use on HID. */
  readonly modernStick: UsbBoard;
  readonly boards: readonly UsbBoard[];
  /** Looks like a kit to USB and never says a word. */
  readonly deaf: UsbBoard;
  /** A serial device that no table knows. */
  readonly foreign: UsbBoard;
  readonly all: readonly UsbBoard[];
}

export async function buildPlant(): Promise<Plant> {
  let controller = 0;
  const device = (
    ...[name, kind, face, board]: [string, 'hid' | 'acm', GadgetFace, ReturnType<typeof createBoard>?]
  ) => {
    controller += 1;
    return UsbBoard.create(name, controller - 1, kind, face, board);
  };
  const sticks = [
    await device('stick0', 'hid', faces.stick, createSignerStick()),
    await device('stick1', 'hid', faces.stick, createSignerStick()),
  ] as const;
  const modernStick = await device(
    'modern',
    'hid',
    faces.trustPlatform,
    createBoard({ kit: modern, chips: [{ part: '608A' }] }),
  );
  const boards: UsbBoard[] = [];
  for (const { name, face, kit, part } of kinds) {
    boards.push(await device(name, 'acm', face, createBoard({ kit, chips: [{ part }] })));
  }
  const deaf = await device('deaf', 'acm', faces.xplained);
  const foreign = await device('foreign', 'acm', faces.foreign);
  return { sticks, modernStick, boards, deaf, foreign, all: [...sticks, modernStick, ...boards, deaf, foreign] };
}

/** The chip on a device now. */
export function chipOf(device: UsbBoard): Chip {
  const [chip] = chipsOf(device.board);
  if (chip === undefined) throw new Error(`${device.name} carries no chip`);
  return chip;
}

/** Serial number in hex of the chip on a device now. */
export function serialOf(device: UsbBoard): string {
  return toHex(chipOf(device).serialNumber);
}

/** Puts the next product into a device: a new chip of the same kind. */
export function nextProduct(device: UsbBoard): void {
  device.board.putIn(chipsOf(createBoard({ chips: [{ part: chipOf(device).model }] })));
}
