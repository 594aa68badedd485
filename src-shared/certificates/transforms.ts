import { byteAt, parseHex, toHex, utf8 } from '../base/bytes.ts';
import type { Result } from '../base/result.ts';
import { transform } from './definition.ts';
import { attempt, type CertificateFault, refuse } from './faults.ts';

/**
 * One transform of a custom element (compressed-certificates.md 5): reverse, binary to hex text (upper or lower case,
 * with or without a space between bytes) and back. 'invalid-transform' for an unknown number, 'decoding' for text that
 * is not hex. Hex is read in either case whatever the transform's case.
 */
export function applyTransform(kind: number, data: Uint8Array): Result<Uint8Array, CertificateFault> {
  return attempt(() => {
    switch (kind) {
      case transform.NONE:
        return data.slice();
      case transform.REVERSE:
        return data.slice().reverse();
      case transform.BIN2HEX_UC:
        return utf8(toHex(data));
      case transform.BIN2HEX_LC:
        return utf8(toHex(data).toLowerCase());
      case transform.BIN2HEX_SPACE_UC:
        return utf8(spaced(data));
      case transform.BIN2HEX_SPACE_LC:
        return utf8(spaced(data).toLowerCase());
      case transform.HEX2BIN_UC:
      case transform.HEX2BIN_LC:
        return hexBytes(ascii(data));
      case transform.HEX2BIN_SPACE_UC:
      case transform.HEX2BIN_SPACE_LC:
        return hexBytes(ascii(data).replaceAll(' ', ''));
      default:
        return refuse('invalid-transform', `${kind} is not a transform`);
    }
  });
}

/** Both transforms of an element in order; the first NONE ends the list. */
export function applyTransforms(
  kinds: readonly [number, number],
  data: Uint8Array,
): Result<Uint8Array, CertificateFault> {
  if (kinds[0] === transform.NONE) return applyTransform(transform.NONE, data);
  const first = applyTransform(kinds[0], data);
  return first.ok ? applyTransform(kinds[1], first.value) : first;
}

const inverses: Readonly<Record<number, number>> = {
  [transform.NONE]: transform.NONE,
  [transform.REVERSE]: transform.REVERSE,
  [transform.BIN2HEX_UC]: transform.HEX2BIN_UC,
  [transform.BIN2HEX_LC]: transform.HEX2BIN_LC,
  [transform.HEX2BIN_UC]: transform.BIN2HEX_UC,
  [transform.HEX2BIN_LC]: transform.BIN2HEX_LC,
  [transform.BIN2HEX_SPACE_UC]: transform.HEX2BIN_SPACE_UC,
  [transform.BIN2HEX_SPACE_LC]: transform.HEX2BIN_SPACE_LC,
  [transform.HEX2BIN_SPACE_UC]: transform.BIN2HEX_SPACE_UC,
  [transform.HEX2BIN_SPACE_LC]: transform.BIN2HEX_SPACE_LC,
};

/** What must lie in the chip so that `applyTransforms` gives `data`. */
export function undoTransforms(
  kinds: readonly [number, number],
  data: Uint8Array,
): Result<Uint8Array, CertificateFault> {
  const inverse = (kind: number): number => inverses[kind] ?? kind;
  if (kinds[0] === transform.NONE) return applyTransform(transform.NONE, data);
  const first = applyTransform(inverse(kinds[1]), data);
  return first.ok ? applyTransform(inverse(kinds[0]), first.value) : first;
}

function spaced(data: Uint8Array): string {
  return Array.from(data, (byte) => toHex(Uint8Array.of(byte))).join(' ');
}

function ascii(data: Uint8Array): string {
  let text = '';
  for (let i = 0; i < data.length; i += 1) text += String.fromCharCode(byteAt(data, i));
  return text;
}

function hexBytes(text: string): Uint8Array {
  return parseHex(text) ?? refuse('decoding', 'the element is not hex text');
}
