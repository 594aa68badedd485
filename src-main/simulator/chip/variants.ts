import { SimulatorError } from '../errors.ts';
import { crc16 } from '../octets.ts';
import { at, join, le16, take } from './bytes.ts';
import { type Chip, type ChipOptions, createChip } from './chip.ts';
import { drawPrivateKey, publicKeyOf } from './p256.ts';
import { systemRandom } from './random-source.ts';

/**
 * Chips that a station must catch.
 * no-req-auth: signs without authorisation (signer-and-server.md 6.5 step 9).
 * yes-sayer: an honest reader whose every status is 00. answers-00: 04 00 03 40 whatever was asked.
 * wrong-signature: signatures that verify under no key.
 */
export type Variant = 'no-req-auth' | 'yes-sayer' | 'answers-00' | 'wrong-signature';

/** A chip with one of these vices, otherwise as the options say. */
export function createVariant(variant: Variant, options: ChipOptions): Chip {
  if (variant !== 'no-req-auth') return createChip({ ...options, defect: variant });
  const disabled = new Set(options.rules?.disabled).add('auth.req-auth');
  return createChip({ ...options, rules: { ...options.rules, disabled } });
}

/** A config-locked chip whose key somebody knows (signer-and-server.md 7.10). */
export interface PlantedChip {
  readonly chip: Chip;
  readonly privateKey: Uint8Array;
  /** X‖Y. */
  readonly publicKey: Uint8Array;
}

/**
 * A chip that arrives with `image` (128 bytes, first 16 ignored) written and config-locked, and with a known private key
 * in `slot`: done with the commands that anyone could have used. Asleep.
 */
export function createPlantedChip(options: ChipOptions, image: Uint8Array, slot: number): PlantedChip {
  const chip = createChip({ ...options, timing: options.timing ?? 'typical' });
  const privateKey = drawPrivateKey(options.random ?? systemRandom());
  chip.wake();
  for (let word = 4; word < 32; word += 1) {
    if (word !== 21) say(chip, [0x12, 0x00, word, 0], take(image, 4 * word, 4));
  }
  say(chip, [0x17, 0x80, 0, 0], new Uint8Array(0));
  say(chip, [0x46, 0x00, slot, 0], join([0, 0, 0, 0], privateKey));
  chip.sleep();
  return { chip, privateKey, publicKey: publicKeyOf(privateKey) };
}

function say(chip: Chip, head: readonly number[], data: Uint8Array): void {
  const body = join([data.length + 7], head, data);
  const answer = chip.command(join(body, le16(crc16(body))));
  if (answer === undefined || at(answer.response, 1) !== 0) {
    throw new SimulatorError('input', `the chip refused command ${head.join(' ')} on its way to a planted key`);
  }
}
