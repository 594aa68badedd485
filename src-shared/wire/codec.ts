import { type ErrorName, errorCodes } from '../base/error-codes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { BodyFault, tagName, type WireFault } from './fault.ts';
import { FieldReader, FieldWriter } from './fields.ts';
import { encodeFrame, type Frame } from './frame.ts';
import {
  type ErrorMessage,
  lookupStates,
  type Message,
  type MessageName,
  messageTypes,
  reportedOutcomes,
  type Selection,
} from './messages.ts';
import { decodeTlvs, encodeTlvs } from './tlv.ts';

const MAX_CERTIFICATE = 4096;
const MAX_DEFINITION = 8192;
const MAX_SERIAL = 32;
const MAX_MESSAGE_TEXT = 512;
const MAX_RUN_RECORD = 32_768;
const NOTHING_REPEATED: ReadonlySet<number> = new Set();
const WRITE_ITEMS_REPEATED: ReadonlySet<number> = new Set([0x0220]);

/** A message as a whole frame. RangeError when a field has a length or value that the protocol does not have. */
export function encodeMessage(message: Message, transaction: number): Uint8Array {
  return encodeFrame({ type: messageTypes[message.name], transaction, body: encodeBody(message) });
}

/** The body of a message, tags ascending. */
export function encodeBody(message: Message): Uint8Array {
  const writer = new FieldWriter();
  writeFields(message, writer);
  return encodeTlvs(writer.tlvs);
}

/** A frame as a message, or why it is none. The connection goes on; the sender is told with `errorReply` (7.5). */
export function decodeMessage(frame: Frame): Result<Message, WireFault> {
  const name = nameOfType.get(frame.type);
  if (name === undefined) {
    return fail({ code: 'UNKNOWN_TYPE', message: `Message type ${tagName(frame.type)} is not known.` });
  }
  const tlvs = decodeTlvs(frame.body);
  if (!tlvs.ok) return tlvs;
  if (name === 'CERT_REPLY') {
    const tags = tlvs.value.map(({ tag }) => tag);
    if (tags.some((tag, i) => i > 0 && tag < (tags[i - 1] ?? 0))) {
      return fail({ code: 'MALFORMED', message: 'The fields of the reply are not in ascending order.' });
    }
  }
  try {
    const reader = new FieldReader(tlvs.value);
    const message = readFields(name, reader);
    reader.finish(name === 'CERT_REPLY' ? WRITE_ITEMS_REPEATED : NOTHING_REPEATED);
    return ok(message);
  } catch (thrown) {
    if (thrown instanceof BodyFault) return fail(thrown.fault);
    throw thrown;
  }
}

const retryableCodes: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'BUSY',
  'SHUTTING_DOWN',
  'SIGNER_LOCKED',
  'SIGNER_REMOVED',
  'SIGN_FAILED',
]);

/** Whether the same request may be sent again after this error (7.4). */
export function isRetryable(code: ErrorName): boolean {
  return retryableCodes.has(code);
}

/** An ERROR message for a code of ours; the text is cut to 512 bytes of UTF-8. */
export function errorReply(code: ErrorName, message: string, retryAfterMs?: number): ErrorMessage {
  let text = message.replace(/\p{Cc}/gu, ' ');
  while (new TextEncoder().encode(text).length > MAX_MESSAGE_TEXT) text = Array.from(text).slice(0, -1).join('');
  return { name: 'ERROR', code: errorCodes[code], message: text, retryable: isRetryable(code), retryAfterMs };
}

const nameOfType: ReadonlyMap<number, MessageName> = new Map(
  (Object.keys(messageTypes) as MessageName[]).map((name) => [messageTypes[name], name]),
);

function writeSelection(writer: FieldWriter, selection: Selection | undefined): void {
  if (selection === undefined) return;
  if (selection.signerCaPublicKey === undefined && selection.signerCaKeyId === undefined) {
    throw new RangeError('a selection names the root key or its id');
  }
  writer
    .unsigned(0x0110, selection.chainId, 1)
    .bytes(0x0111, selection.signerCaPublicKey, 64)
    .bytes(0x0112, selection.signerCaKeyId, 20)
    .unsigned(0x0113, selection.deviceTemplateId, 1)
    .unsigned(0x0114, selection.signerTemplateId, 1)
    .bytes(0x0115, selection.deviceDefinitionDigest, 32)
    .bytes(0x0116, selection.signerSerialNumber, 9);
}

function readSelection(reader: FieldReader): Selection {
  const signerCaPublicKey = reader.optionalBytes(0x0111, 64);
  const signerCaKeyId = reader.optionalBytes(0x0112, 20);
  if (signerCaPublicKey === undefined && signerCaKeyId === undefined) {
    throw new BodyFault('MISSING_FIELD', 'Neither field 0111 nor field 0112 is there.');
  }
  return {
    chainId: reader.unsigned(0x0110, 1),
    signerCaPublicKey,
    signerCaKeyId,
    deviceTemplateId: reader.unsigned(0x0113, 1),
    signerTemplateId: reader.unsigned(0x0114, 1),
    deviceDefinitionDigest: reader.optionalBytes(0x0115, 32),
    signerSerialNumber: reader.optionalBytes(0x0116, 9),
  };
}

/** A selection where it may be absent: none of its tags is there, or all that are needed. */
function readOptionalSelection(reader: FieldReader): Selection | undefined {
  const some =
    reader.optionalUnsigned(0x0110, 1) !== undefined ||
    reader.optionalBytes(0x0111, 64) !== undefined ||
    reader.optionalBytes(0x0112, 20) !== undefined ||
    reader.optionalUnsigned(0x0113, 1) !== undefined ||
    reader.optionalUnsigned(0x0114, 1) !== undefined;
  return some ? readSelection(reader) : undefined;
}

function writeFields(message: Message, writer: FieldWriter): void {
  switch (message.name) {
    case 'HELLO':
      writer
        .text(0x0001, message.clientName)
        .text(0x0002, message.softwareVersion)
        .text(0x0003, message.station)
        .text(0x0004, message.site);
      return;
    case 'HELLO_OK':
      writer
        .text(0x0010, message.serverName)
        .text(0x0011, message.softwareVersion)
        .unsigned64(0x0012, message.timeMs)
        .bytes(0x0013, message.sessionId, 16)
        .unsigned(0x0014, message.maxBody, 4)
        .unsigned(0x0015, message.features, 4)
        .bytes(0x0016, message.nonce, 32);
      return;
    case 'AUTH':
      writer.text(0x0003, message.station).bytes(0x0017, message.code, 32);
      return;
    case 'AUTH_OK':
      writer.unsigned(0x0018, message.rights, 4);
      return;
    case 'CERT_REQUEST':
      writer.bytes(0x0101, message.configZone, 128).bytes(0x0102, message.publicKey, 64);
      writeSelection(writer, message.selection);
      writer
        .text(0x0120, message.operator)
        .text(0x0121, message.batch)
        .text(0x0122, message.unitLabel)
        .bytes(0x0130, message.proofOfPossession, 64)
        .unsigned(0x0140, message.maxReplyBody, 2);
      return;
    case 'CERT_REPLY':
      writer
        .bytes(0x0201, message.signerSerialNumber, 9)
        .text(0x0202, message.signerName, MAX_MESSAGE_TEXT)
        .bytes(0x0203, message.signerId, 2)
        .variable(0x0210, message.deviceCertificate, MAX_CERTIFICATE)
        .variable(0x0211, message.signerCertificate, MAX_CERTIFICATE)
        .bytes(0x0212, message.deviceCompressed, 72)
        .bytes(0x0213, message.signerCompressed, 72)
        .bytes(0x0214, message.signerPublicKey, 64)
        .writeItems(0x0220, message.writeItems)
        .unsigned(0x0221, message.privateKeySlot, 1)
        .unsigned(0x0230, message.flags, 4)
        .variable(0x0231, message.certificateSerial, MAX_SERIAL)
        .logReference(0x0232, message.logReference);
      return;
    case 'VALIDATION_REQUEST':
      if (message.selection === undefined && message.signerSerialNumber === undefined) {
        throw new RangeError('a validation request names a selection or a signer');
      }
      writeSelection(writer, message.selection);
      writer.bytes(0x0201, message.signerSerialNumber, 9);
      return;
    case 'VALIDATION_REPLY':
      writer
        .bytes(0x0240, message.rootPublicKey, 64)
        .variable(0x0241, message.rootCertificate, MAX_CERTIFICATE)
        .variable(0x0211, message.signerCertificate, MAX_CERTIFICATE)
        .variable(0x0242, message.deviceDefinition, MAX_DEFINITION)
        .variable(0x0243, message.signerDefinition, MAX_DEFINITION);
      return;
    case 'RESULT_REPORT':
      writer
        .bytes(0x0101, message.configZone, 128)
        .choice(0x0250, message.outcome, reportedOutcomes)
        .unsigned(0x0251, message.stage, 1)
        .unsigned(0x0252, message.code, 4)
        .text(0x0253, message.text, MAX_MESSAGE_TEXT)
        .unsigned(0x0254, message.durationMs, 4)
        .bytes(0x0260, message.runId, 16)
        .unsigned64(0x0261, message.startMs)
        .unsigned64(0x0262, message.endMs)
        .bytes(0x0263, message.planDigest, 32)
        .variable(0x0264, message.runRecord, MAX_RUN_RECORD);
      return;
    case 'RESULT_OK':
      writer.bytes(0x0260, message.runId, 16).logReference(0x0232, message.logReference);
      return;
    case 'PING':
    case 'PONG':
      return;
    case 'LOOKUP':
      writer.bytes(0x0101, message.configZone, 128).bytes(0x0102, message.publicKey, 64);
      writeSelection(writer, message.selection);
      return;
    case 'LOOKUP_OK':
      writer.choice(0x0270, message.state, lookupStates).logReference(0x0232, message.logReference);
      return;
    case 'WORKING':
      writer.unsigned(0x0f05, message.queuePosition, 2).unsigned(0x0f06, message.reason, 1);
      return;
    case 'ERROR':
      writer
        .unsigned(0x0f01, message.code, 4)
        .text(0x0f02, message.message, MAX_MESSAGE_TEXT)
        .unsigned(0x0f03, message.retryable ? 1 : 0, 1)
        .unsigned(0x0f04, message.retryAfterMs, 4);
  }
}

function readFields(name: MessageName, reader: FieldReader): Message {
  switch (name) {
    case 'HELLO':
      return {
        name,
        clientName: reader.optionalText(0x0001),
        softwareVersion: reader.optionalText(0x0002),
        station: reader.optionalText(0x0003),
        site: reader.optionalText(0x0004),
      };
    case 'HELLO_OK':
      return {
        name,
        serverName: reader.optionalText(0x0010),
        softwareVersion: reader.optionalText(0x0011),
        timeMs: reader.unsigned64(0x0012),
        sessionId: reader.bytes(0x0013, 16),
        maxBody: reader.unsigned(0x0014, 4),
        features: reader.unsigned(0x0015, 4),
        nonce: reader.bytes(0x0016, 32),
      };
    case 'AUTH':
      return { name, station: reader.text(0x0003), code: reader.bytes(0x0017, 32) };
    case 'AUTH_OK':
      return { name, rights: reader.unsigned(0x0018, 4) };
    case 'CERT_REQUEST':
      return {
        name,
        configZone: reader.bytes(0x0101, 128),
        publicKey: reader.bytes(0x0102, 64),
        selection: readSelection(reader),
        operator: reader.optionalText(0x0120),
        batch: reader.optionalText(0x0121),
        unitLabel: reader.optionalText(0x0122),
        proofOfPossession: reader.optionalBytes(0x0130, 64),
        maxReplyBody: reader.optionalUnsigned(0x0140, 2),
      };
    case 'CERT_REPLY':
      return {
        name,
        signerSerialNumber: reader.bytes(0x0201, 9),
        signerName: reader.text(0x0202, MAX_MESSAGE_TEXT),
        signerId: reader.bytes(0x0203, 2),
        deviceCertificate: reader.variable(0x0210, MAX_CERTIFICATE),
        signerCertificate: reader.variable(0x0211, MAX_CERTIFICATE),
        deviceCompressed: reader.bytes(0x0212, 72),
        signerCompressed: reader.bytes(0x0213, 72),
        signerPublicKey: reader.bytes(0x0214, 64),
        writeItems: reader.writeItems(0x0220),
        privateKeySlot: reader.unsigned(0x0221, 1),
        flags: reader.unsigned(0x0230, 4),
        certificateSerial: reader.variable(0x0231, MAX_SERIAL),
        logReference: reader.logReference(0x0232),
      };
    case 'VALIDATION_REQUEST': {
      const selection = readOptionalSelection(reader);
      const signerSerialNumber = reader.optionalBytes(0x0201, 9);
      if (selection === undefined && signerSerialNumber === undefined) {
        throw new BodyFault('MISSING_FIELD', 'Neither a selection nor field 0201 is there.');
      }
      return { name, selection, signerSerialNumber };
    }
    case 'VALIDATION_REPLY':
      return {
        name,
        rootPublicKey: reader.bytes(0x0240, 64),
        rootCertificate: reader.optionalVariable(0x0241, MAX_CERTIFICATE),
        signerCertificate: reader.variable(0x0211, MAX_CERTIFICATE),
        deviceDefinition: reader.optionalVariable(0x0242, MAX_DEFINITION),
        signerDefinition: reader.optionalVariable(0x0243, MAX_DEFINITION),
      };
    case 'RESULT_REPORT':
      return {
        name,
        configZone: reader.optionalBytes(0x0101, 128),
        outcome: reader.choice(0x0250, reportedOutcomes),
        stage: reader.optionalUnsigned(0x0251, 1),
        code: reader.optionalUnsigned(0x0252, 4),
        text: reader.optionalText(0x0253, MAX_MESSAGE_TEXT),
        durationMs: reader.unsigned(0x0254, 4),
        runId: reader.bytes(0x0260, 16),
        startMs: reader.unsigned64(0x0261),
        endMs: reader.unsigned64(0x0262),
        planDigest: reader.optionalBytes(0x0263, 32),
        runRecord: reader.optionalVariable(0x0264, MAX_RUN_RECORD),
      };
    case 'RESULT_OK':
      return { name, runId: reader.bytes(0x0260, 16), logReference: reader.optionalLogReference(0x0232) };
    case 'PING':
    case 'PONG':
      return { name };
    case 'LOOKUP':
      return {
        name,
        configZone: reader.bytes(0x0101, 128),
        publicKey: reader.bytes(0x0102, 64),
        selection: readOptionalSelection(reader),
      };
    case 'LOOKUP_OK':
      return {
        name,
        state: reader.choice(0x0270, lookupStates),
        logReference: reader.optionalLogReference(0x0232),
      };
    case 'WORKING':
      return { name, queuePosition: reader.unsigned(0x0f05, 2), reason: reader.unsigned(0x0f06, 1) };
    case 'ERROR':
      return {
        name,
        code: reader.unsigned(0x0f01, 4),
        message: reader.text(0x0f02, MAX_MESSAGE_TEXT),
        retryable: reader.unsigned(0x0f03, 1) !== 0,
        retryAfterMs: reader.optionalUnsigned(0x0f04, 4),
      };
  }
}
