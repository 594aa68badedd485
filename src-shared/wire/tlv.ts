import { concat, readU16be, u16be } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { tagName, type WireFault } from './fault.ts';

/** At most this many TLVs in one body (signer-and-server.md 7.5). */
const MAX_TLVS = 64;

/** From this tag on an unknown tag is refused; below it is ignored (7.1). */
export const FIRST_CRITICAL_TAG = 0x8000;

/** One field: u16 tag, u16 length, value. */
export interface Tlv {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** A body from its fields. RangeError for a value of more than 65,535 bytes or more than 64 fields. */
export function encodeTlvs(tlvs: readonly Tlv[]): Uint8Array {
  if (tlvs.length > MAX_TLVS) throw new RangeError(`${tlvs.length} fields do not fit a body`);
  return concat(
    ...tlvs.flatMap(({ tag, value }) => {
      if (value.length > 0xffff) throw new RangeError(`field ${tagName(tag)} of ${value.length} bytes is too long`);
      return [u16be(tag), u16be(value.length), value];
    }),
  );
}

/** The fields of a body in their order. What tags mean, and which may repeat, is not known here. */
export function decodeTlvs(body: Uint8Array): Result<readonly Tlv[], WireFault> {
  const tlvs: Tlv[] = [];
  let at = 0;
  while (at < body.length) {
    if (body.length - at < 4) return fail({ code: 'MALFORMED', message: 'The body ends inside a field header.' });
    const tag = readU16be(body, at);
    const length = readU16be(body, at + 2);
    at += 4;
    if (body.length - at < length) {
      return fail({ code: 'MALFORMED', message: `Field ${tagName(tag)} runs over the end of the body.` });
    }
    if (tlvs.length === MAX_TLVS) {
      return fail({ code: 'MALFORMED', message: `The body has more than ${MAX_TLVS} fields.` });
    }
    tlvs.push({ tag, value: body.slice(at, at + length) });
    at += length;
  }
  return ok(tlvs);
}
