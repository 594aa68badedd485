import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, u16be, utf8 } from '../../src-shared/base/bytes.ts';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import {
  decodeMessage,
  decodeTlvs,
  encodeBody,
  encodeMessage,
  encodeTlvs,
  errorReply,
  FrameDecoder,
  isRetryable,
  type Message,
  type MessageName,
  messageTypes,
  type Selection,
  type Tlv,
} from '../../src-shared/wire/index.ts';

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const some = (maximum: number) => fc.uint8Array({ minLength: 1, maxLength: maximum });
const word = fc.stringMatching(/^[A-Za-z0-9 äöüß№.,-]{0,20}$/);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const log = fc.record({ sequence: time, rowHash: bytesOf(32) });

const selection: fc.Arbitrary<Selection> = fc
  .record({
    chainId: u8,
    signerCaPublicKey: optional(bytesOf(64)),
    signerCaKeyId: optional(bytesOf(20)),
    deviceTemplateId: u8,
    signerTemplateId: u8,
    deviceDefinitionDigest: optional(bytesOf(32)),
    signerSerialNumber: optional(bytesOf(9)),
  })
  .filter((one) => one.signerCaPublicKey !== undefined || one.signerCaKeyId !== undefined);

const writeItem = fc.record({ zone: u8, slot: u8, offset: u16, data: bytesOf(32) });

/** Every message of the table. */
const arbitraries: { readonly [Name in MessageName]: fc.Arbitrary<Extract<Message, { readonly name: Name }>> } = {
  HELLO: fc.record({
    name: fc.constant('HELLO'),
    clientName: optional(word),
    softwareVersion: optional(word),
    station: optional(word),
    site: optional(word),
  }),
  HELLO_OK: fc.record({
    name: fc.constant('HELLO_OK'),
    serverName: optional(word),
    softwareVersion: optional(word),
    timeMs: time,
    sessionId: bytesOf(16),
    maxBody: u32,
    features: u32,
    nonce: bytesOf(32),
  }),
  AUTH: fc.record({ name: fc.constant('AUTH'), station: word, code: bytesOf(32) }),
  AUTH_OK: fc.record({ name: fc.constant('AUTH_OK'), rights: u32 }),
  CERT_REQUEST: fc.record({
    name: fc.constant('CERT_REQUEST'),
    configZone: bytesOf(128),
    publicKey: bytesOf(64),
    selection,
    operator: optional(word),
    batch: optional(word),
    unitLabel: optional(word),
    proofOfPossession: optional(bytesOf(64)),
    maxReplyBody: optional(u16),
  }),
  CERT_REPLY: fc.record({
    name: fc.constant('CERT_REPLY'),
    signerSerialNumber: bytesOf(9),
    signerName: word,
    signerId: bytesOf(2),
    deviceCertificate: some(600),
    signerCertificate: some(600),
    deviceCompressed: bytesOf(72),
    signerCompressed: bytesOf(72),
    signerPublicKey: bytesOf(64),
    writeItems: fc.array(writeItem, { minLength: 1, maxLength: 20 }),
    privateKeySlot: u8,
    flags: u32,
    certificateSerial: some(20),
    logReference: log,
  }),
  VALIDATION_REQUEST: fc
    .record({
      name: fc.constant('VALIDATION_REQUEST'),
      selection: optional(selection),
      signerSerialNumber: optional(bytesOf(9)),
    })
    .filter((one) => one.selection !== undefined || one.signerSerialNumber !== undefined),
  VALIDATION_REPLY: fc.record({
    name: fc.constant('VALIDATION_REPLY'),
    rootPublicKey: bytesOf(64),
    rootCertificate: optional(some(600)),
    signerCertificate: some(600),
    deviceDefinition: optional(some(900)),
    signerDefinition: optional(some(900)),
  }),
  RESULT_REPORT: fc.record({
    name: fc.constant('RESULT_REPORT'),
    configZone: optional(bytesOf(128)),
    outcome: fc.constantFrom('PASS', 'FAIL', 'FAULT', 'INTERRUPTED'),
    stage: optional(u8),
    code: optional(u32),
    text: optional(word),
    durationMs: u32,
    runId: bytesOf(16),
    startMs: time,
    endMs: time,
    planDigest: optional(bytesOf(32)),
    runRecord: optional(some(2000)),
  }),
  RESULT_OK: fc.record({ name: fc.constant('RESULT_OK'), runId: bytesOf(16), logReference: optional(log) }),
  PING: fc.constant({ name: 'PING' }),
  PONG: fc.constant({ name: 'PONG' }),
  LOOKUP: fc.record({
    name: fc.constant('LOOKUP'),
    configZone: bytesOf(128),
    publicKey: bytesOf(64),
    selection: optional(selection),
  }),
  LOOKUP_OK: fc.record({
    name: fc.constant('LOOKUP_OK'),
    state: fc.constantFrom('none', 'same-key', 'other-key', 'several'),
    logReference: optional(log),
  }),
  WORKING: fc.record({ name: fc.constant('WORKING'), queuePosition: u16, reason: u8 }),
  ERROR: fc.record({
    name: fc.constant('ERROR'),
    code: u32,
    message: word,
    retryable: fc.boolean(),
    retryAfterMs: optional(u32),
  }),
};

const anyMessage: fc.Arbitrary<Message> = fc.oneof(...Object.values(arbitraries));

const request: Message = {
  name: 'CERT_REQUEST',
  configZone: new Uint8Array(128).fill(1),
  publicKey: new Uint8Array(64).fill(2),
  selection: {
    chainId: 0,
    signerCaPublicKey: new Uint8Array(64).fill(3),
    deviceTemplateId: 2,
    signerTemplateId: 1,
  },
};

/** The fields of a message, changed, as a frame of its type. */
function changed(message: Message, change: (tlvs: readonly Tlv[]) => readonly Tlv[]) {
  const tlvs = decodeTlvs(encodeBody(message));
  if (!tlvs.ok) throw new Error(tlvs.failure.message);
  const body = concat(...change(tlvs.value).flatMap(({ tag, value }) => [u16be(tag), u16be(value.length), value]));
  return { type: messageTypes[message.name], transaction: 1, body };
}

function faultCode(frame: Parameters<typeof decodeMessage>[0]): string {
  const decoded = decodeMessage(frame);
  return decoded.ok ? 'none' : decoded.failure.code;
}

describe('messages', () => {
  it.each(Object.keys(arbitraries))('%s comes out as it went in', (name) => {
    const arbitrary: fc.Arbitrary<Message> = arbitraries[name as MessageName];
    fc.assert(
      fc.property(arbitrary, u32, (message, transaction) => {
        const [event] = new FrameDecoder().push(encodeMessage(message, transaction));
        if (event?.kind !== 'frame') throw new Error('no frame');
        expect(event.frame.transaction).toBe(transaction);
        expect(event.frame.type).toBe(messageTypes[message.name]);
        const decoded = decodeMessage(event.frame);
        expect(decoded).toEqual({ ok: true, value: message });
      }),
      { numRuns: 60 },
    );
  });

  it('are written with ascending tags', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const tlvs = decodeTlvs(encodeBody(message));
        const tags = tlvs.ok ? tlvs.value.map(({ tag }) => tag) : [];
        expect(tags).toEqual(tags.toSorted((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  it('garbage never throws: it is a message or a listed fault', () => {
    const codes = ['MALFORMED', 'UNKNOWN_TYPE', 'MISSING_FIELD', 'BAD_FIELD'];
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .array(
          fc.record({
            tag: fc.oneof(u16, fc.constantFrom(0x0101, 0x0102, 0x0110, 0x0220, 0x0003)),
            value: fc.uint8Array({ maxLength: 130 }),
          }),
          { maxLength: 10 },
        )
        .map(encodeTlvs),
    );
    fc.assert(
      fc.property(fc.oneof(u16, fc.constantFrom(...Object.values(messageTypes))), body, (type, bytes) => {
        const decoded = decodeMessage({ type, transaction: 1, body: bytes });
        if (!decoded.ok) expect(codes).toContain(decoded.failure.code);
      }),
      { numRuns: 500 },
    );
  });

  it('a flipped bit or a cut in a body never throws', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), fc.nat(7), fc.nat(), (message, at, bit, end) => {
        const body = encodeBody(message);
        if (body.length === 0) return;
        const index = at % body.length;
        body[index] = (body[index] ?? 0) ^ (1 << bit);
        const type = messageTypes[message.name];
        decodeMessage({ type, transaction: 1, body });
        decodeMessage({ type, transaction: 1, body: body.slice(0, end % body.length) });
      }),
      { numRuns: 300 },
    );
  });
});

describe('rules of bodies', () => {
  it('an unknown type is answered with UNKNOWN_TYPE', () => {
    expect(faultCode({ type: 0x0777, transaction: 1, body: new Uint8Array(0) })).toBe('UNKNOWN_TYPE');
  });

  it('unknown tags below 8000 are ignored, from 8000 on refused', () => {
    const extra = (tag: number) => changed(request, (tlvs) => [...tlvs, { tag, value: Uint8Array.of(1, 2, 3) }]);
    expect(decodeMessage(extra(0x7fff))).toEqual({ ok: true, value: { ...normal(request) } });
    expect(faultCode(extra(0x8000))).toBe('BAD_FIELD');
    expect(faultCode(extra(0xffff))).toBe('BAD_FIELD');
  });

  it('the order of fields does not matter', () => {
    expect(decodeMessage(changed(request, (tlvs) => tlvs.toReversed()))).toEqual({ ok: true, value: normal(request) });
  });

  it('except in CERT_REPLY', () => {
    const reply = fc.sample(arbitraries.CERT_REPLY, 1)[0];
    if (reply === undefined) throw new Error('no sample');
    expect(faultCode(changed(reply, (tlvs) => tlvs))).toBe('none');
    expect(faultCode(changed(reply, (tlvs) => tlvs.toReversed()))).toBe('MALFORMED');
  });

  it('a second copy is malformed, also of an unknown field, unless the field is marked as repeated', () => {
    expect(faultCode(changed(request, (tlvs) => [...tlvs, ...tlvs.slice(0, 1)]))).toBe('MALFORMED');
    const unknown = { tag: 0x0999, value: new Uint8Array(1) };
    expect(faultCode(changed(request, (tlvs) => [...tlvs, unknown, unknown]))).toBe('MALFORMED');
    const item = { tag: 0x0220, value: new Uint8Array(36) };
    expect(faultCode(changed(request, (tlvs) => [...tlvs, item, item]))).toBe('MALFORMED');
  });

  it('at most 64 fields', () => {
    const many = (count: number) =>
      changed({ name: 'PING' }, () =>
        Array.from({ length: count }, (_, i) => ({ tag: 0x1000 + i, value: new Uint8Array(0) })),
      );
    expect(faultCode(many(64))).toBe('none');
    expect(faultCode(many(65))).toBe('MALFORMED');
  });

  it.each([0x0101, 0x0102, 0x0110, 0x0111, 0x0113, 0x0114])('CERT_REQUEST without %i is MISSING_FIELD', (tag) => {
    expect(faultCode(changed(request, (tlvs) => tlvs.filter((tlv) => tlv.tag !== tag)))).toBe('MISSING_FIELD');
  });

  it('a key id stands in for the root key', () => {
    const byId = changed(request, (tlvs) => [
      ...tlvs.filter((tlv) => tlv.tag !== 0x0111),
      { tag: 0x0112, value: new Uint8Array(20) },
    ]);
    expect(faultCode(byId)).toBe('none');
  });

  it.each([
    ['a config zone of 127 bytes', 0x0101, new Uint8Array(127)],
    ['a config zone of 129 bytes', 0x0101, new Uint8Array(129)],
    ['a chain id of two bytes', 0x0110, new Uint8Array(2)],
    ['an operator of 65 bytes', 0x0120, utf8('x'.repeat(65))],
    ['an operator that is not UTF-8', 0x0120, fromHex('FFFE')],
    ['an operator with a newline', 0x0120, utf8('a\nb')],
  ])('%s is BAD_FIELD', (_, tag, value) => {
    const with_ = changed(request, (tlvs) => [...tlvs.filter((tlv) => tlv.tag !== tag), { tag, value }]);
    expect(faultCode(with_)).toBe('BAD_FIELD');
  });

  it('a validation request names a selection or a signer', () => {
    expect(faultCode({ type: messageTypes.VALIDATION_REQUEST, transaction: 1, body: new Uint8Array(0) })).toBe(
      'MISSING_FIELD',
    );
    expect(() => encodeBody({ name: 'VALIDATION_REQUEST' })).toThrow(RangeError);
  });

  it('values that do not fit are a mistake of the sender, not a frame', () => {
    expect(() => encodeBody({ ...request, publicKey: new Uint8Array(63) } as Message)).toThrow(RangeError);
    expect(() => encodeBody({ name: 'HELLO', station: 'x'.repeat(65) })).toThrow(RangeError);
    expect(() => encodeBody({ name: 'WORKING', queuePosition: 65_536, reason: 1 })).toThrow(RangeError);
    expect(() => encodeBody({ name: 'HELLO', station: 'a\tb' })).toThrow(RangeError);
  });

  it('a time beyond what can be counted is BAD_FIELD', () => {
    const report = fc.sample(arbitraries.RESULT_REPORT, 1)[0];
    if (report === undefined) throw new Error('no sample');
    const late = changed(report, (tlvs) =>
      tlvs.map((tlv) => (tlv.tag === 0x0261 ? { tag: tlv.tag, value: new Uint8Array(8).fill(0xff) } : tlv)),
    );
    expect(faultCode(late)).toBe('BAD_FIELD');
  });
});

describe('errors', () => {
  it('carry our numbers and say whether asking again helps', () => {
    expect(errorReply('BUSY', 'all places are taken', 500)).toEqual({
      name: 'ERROR',
      code: errorCodes.BUSY,
      message: 'all places are taken',
      retryable: true,
      retryAfterMs: 500,
    });
    expect(isRetryable('DUPLICATE_DEVICE')).toBe(false);
    for (const code of ['BUSY', 'SHUTTING_DOWN', 'SIGNER_LOCKED', 'SIGNER_REMOVED', 'SIGN_FAILED'] as const) {
      expect(isRetryable(code)).toBe(true);
    }
  });

  it('texts of any length and content fit', () => {
    const reply = errorReply('INTERNAL', `${'ä'.repeat(400)}\n`);
    const [event] = new FrameDecoder().push(encodeMessage(reply, 1));
    if (event?.kind !== 'frame') throw new Error('no frame');
    const decoded = decodeMessage(event.frame);
    expect(decoded.ok && decoded.value.name === 'ERROR' ? utf8(decoded.value.message).length : 0).toBe(512);
  });

  it('the AUTH frame of the protocol page', () => {
    const code = fromHex('5297cca6cf855c40c587403dbb02b725e127c3a5ab044ce5d9a47b5123f46b46');
    const frame = encodeMessage({ name: 'AUTH', station: 'Linie 3, Platz 2', code }, 2);
    expect(toHex(frame)).toBe(
      `41545052010000020000000200000038000300104C696E696520332C20506C61747A203200170020${toHex(code)}`,
    );
  });
});

/** A message with its absent optional fields written out, as decoding gives it. */
function normal(message: Message): Message {
  const [event] = new FrameDecoder().push(encodeMessage(message, 1));
  if (event?.kind !== 'frame') throw new Error('no frame');
  const decoded = decodeMessage(event.frame);
  if (!decoded.ok) throw new Error(decoded.failure.message);
  return decoded.value;
}
