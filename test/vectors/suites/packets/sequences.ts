import type { Zone } from '../../../../src-shared/atecc/address.ts';
import {
  ask,
  chipStatus,
  compareConfigZone,
  dataAddress,
  type EncryptionKey,
  hashInChip,
  libraryNameOfChipStatus,
  libraryStatus,
  type Part,
  type Procedure,
  type ProcedureFailure,
  readBlockEncrypted,
  readBytes,
  readConfigZone,
  readIsPrivate,
  readLockState,
  readSerialNumber,
  readSignature,
  readSlotLocked,
  signDigest,
  verifyDigestExternal,
  verifyDigestStored,
  writeBlockEncrypted,
  writeBytes,
  writeConfigZone,
  writePrivateKeyEncrypted,
  zoneOfCode,
} from '../../../../src-shared/atecc/index.ts';
import { fail, ok } from '../../../../src-shared/base/result.ts';
import { BadVector, bytesOf, type Fields, integerOf, optionalBytes, textOf } from '../../fields.ts';
import { geometryOf } from '../slot-layout.ts';
import { commandOf } from './commands.ts';
import type { Recording } from './drive.ts';

/** A library call with several packets as our procedure; its result is the named fields that the vector shows. */
export function procedureOf(given: Fields, name: string): Procedure<Fields> | undefined {
  if (Object.hasOwn(makers, name)) return makers[name]?.(given);
  const command = commandOf(given, name);
  return command === undefined ? undefined : nothingOf(ask(command));
}

/** The library's status of an outcome: success, parameters refused before anything was sent, or what the chip said. */
export function statusOf({ result }: Recording<Fields>): number {
  if (result.ok) return libraryStatus.ATCA_SUCCESS;
  if (result.failure.kind === 'illegal-parameters') return libraryStatus.ATCA_BAD_PARAM;
  const { failure } = result.failure;
  return libraryStatus[failure.kind === 'status' ? libraryNameOfChipStatus(failure.status) : 'ATCA_RX_FAIL'];
}

const makers: Readonly<Record<string, (given: Fields) => Procedure<Fields>>> = {
  calib_sign: (given) => nothingOf(signDigest(integerOf(given, 'key_id'), bytesOf(given, 'message'), partOf(given))),
  calib_verify_extern: (given) =>
    verdictOf(
      verifyDigestExternal(
        bytesOf(given, 'message'),
        bytesOf(given, 'signature'),
        bytesOf(given, 'public_key'),
        partOf(given),
      ),
    ),
  calib_verify_stored: (given) =>
    verdictOf(
      verifyDigestStored(
        bytesOf(given, 'message'),
        bytesOf(given, 'signature'),
        integerOf(given, 'key_id'),
        partOf(given),
      ),
    ),
  calib_hw_sha2_256: (given) => nothingOf(hashInChip(bytesOf(given, 'data'))),
  calib_priv_write: (given) => {
    const padded = bytesOf(given, 'priv_key');
    if (padded.length !== 36 || padded.subarray(0, 4).some((byte) => byte !== 0))
      throw new BadVector('priv_key is not 00×4 ‖ key');
    const key = {
      key: bytesOf(given, 'write_key'),
      keySlot: integerOf(given, 'write_key_id'),
      numIn: bytesOf(given, 'num_in'),
    };
    return nothingOf(writePrivateKeyEncrypted(integerOf(given, 'key_id'), padded.slice(4), key));
  },
  calib_write_enc: (given) =>
    nothingOf(writeBlockEncrypted(blockOf(given), bytesOf(given, 'data'), encryptionKeyOf(given))),
  calib_read_enc: (given) => named('data', readBlockEncrypted(blockOf(given), encryptionKeyOf(given))),
  calib_write_config_zone: (given) => nothingOf(writeConfigZone(bytesOf(given, 'config'))),
  calib_read_config_zone: () => named('config', readConfigZone()),
  calib_cmp_config_zone: (given) => named('same', compareConfigZone(bytesOf(given, 'config'), partOf(given))),
  calib_read_serial_number: () => named('serial_number', readSerialNumber()),
  calib_is_locked: isLocked,
  calib_is_slot_locked: (given) => named('locked', readSlotLocked(integerOf(given, 'slot'))),
  calib_is_private: (given) => named('private', readIsPrivate(integerOf(given, 'slot'))),
  calib_read_bytes_zone: (given) => {
    const zone = wholeZoneOf(given);
    if (zone === undefined) return refuse('zone');
    return named(
      'data',
      readBytes(
        zone,
        integerOf(given, 'slot'),
        integerOf(given, 'offset'),
        integerOf(given, 'length'),
        memoryOf(given),
      ),
    );
  },
  calib_write_bytes_zone: (given) => {
    const zone = wholeZoneOf(given);
    if (zone === undefined) return refuse('zone');
    // A case that is refused states the length only.
    const data = optionalBytes(given, 'data') ?? new Uint8Array(integerOf(given, 'length'));
    return nothingOf(writeBytes(zone, integerOf(given, 'slot'), integerOf(given, 'offset'), data, memoryOf(given)));
  },
  calib_read_sig: (given) => named('signature', readSignature(integerOf(given, 'slot'))),
};

function* isLocked(given: Fields): Procedure<Fields> {
  const zone = integerOf(given, 'zone');
  const state = yield* readLockState();
  // Both lock bytes come in one word, so the library asks before it looks at the zone.
  if (state.ok && zone !== 0 && zone !== 1) return fail({ kind: 'illegal-parameters', reason: `zone ${zone}` });
  return state.ok ? ok({ locked: zone === 0 ? state.value.configLocked : state.value.dataLocked }) : state;
}

/** A procedure's result as the one field of that name. */
function* named<T>(field: string, procedure: Procedure<T>): Procedure<Fields> {
  const result = yield* procedure;
  return result.ok ? ok({ [field]: result.value }) : result;
}

/** A procedure of whose result the vector shows nothing. */
function* nothingOf<T>(procedure: Procedure<T>): Procedure<Fields> {
  const result = yield* procedure;
  return result.ok ? ok({}) : result;
}

/** A verification: that the signature is wrong is an answer to the library, not a failure of its call. */
function* verdictOf(procedure: Procedure<unknown>): Procedure<Fields> {
  const result = yield* procedure;
  if (result.ok || isMismatch(result.failure)) return ok({});
  return result;
}

function isMismatch(failure: ProcedureFailure): boolean {
  return (
    failure.kind === 'command' && failure.failure.kind === 'status' && failure.failure.status === chipStatus.miscompare
  );
}

/** A procedure that refuses before it asks anything. */
function* refuse(reason: string): Procedure<Fields> {
  yield* [];
  return fail({ kind: 'illegal-parameters', reason });
}

function partOf(given: Fields): Part {
  const devtype = textOf(given, 'devtype');
  if (devtype === 'ATECC508A' || devtype === 'ATECC608') return devtype;
  // A 108A is driven as a 508A: TempKey is its only place for a digest.
  if (devtype === 'ATECC108A') return 'ATECC508A';
  throw new BadVector(`device type ${devtype}`);
}

function memoryOf(given: Fields) {
  const geometry = geometryOf(textOf(given, 'devtype'));
  if (geometry === undefined) throw new BadVector('device type');
  return geometry;
}

function wholeZoneOf(given: Fields): Zone | undefined {
  const code = integerOf(given, 'zone');
  return code <= 2 ? zoneOfCode(code) : undefined;
}

function blockOf(given: Fields) {
  return dataAddress(integerOf(given, 'key_id'), integerOf(given, 'block'));
}

function encryptionKeyOf(given: Fields): EncryptionKey {
  return { key: bytesOf(given, 'enc_key'), keySlot: integerOf(given, 'enc_key_id'), numIn: bytesOf(given, 'num_in') };
}
