/**
 * provisioning-session.json: a whole provisioning, call by call. Every packet is built by our codec and procedures, wrapped
 * by our view of Microchip's client and held against the lines that the library sent; results come from our decoders.
 */
import {
  BLOCK_SIZE,
  type Command,
  compareConfigZone,
  configAddress,
  dataAddress,
  genKeyCreate,
  genKeyPublic,
  infoRevision,
  type LibraryStatusName,
  libraryNameOfChipStatus,
  libraryStatus,
  lockConfig,
  lockData,
  lockSlot,
  type Part,
  type Procedure,
  type ProcedureFailure,
  parseResponse,
  read,
  readBytes,
  readConfigZone,
  readLockState,
  readSerialNumber,
  readSlotLocked,
  runProcedure,
  signDigest,
  slotSize,
  write,
  writeConfigZone,
  zoneOfCode,
} from '../../../src-shared/atecc/index.ts';
import { ask } from '../../../src-shared/atecc/procedure.ts';
import { fail, ok } from '../../../src-shared/base/result.ts';
import {
  type CertificateDefinition,
  type DeviceLocation,
  isGenkeyLocation,
  type LocationContent,
  locationsToRead,
  rebuildCertificate,
  writeItems,
} from '../../../src-shared/certificates/index.ts';
import { StockSession } from '../../../src-shared/kit/stock-client.ts';
import { definition } from '../../certificates/vector-values.ts';
import {
  BadVector,
  bytesOf,
  compareAll,
  type Fields,
  integerOf,
  isFields,
  objectOf,
  optionalInteger,
  textOf,
} from '../fields.ts';
import { type Judge, passed, wrong } from '../judge.ts';

/** Our side of one library call: which result field it fills, and how. */
interface Call {
  readonly procedure: Procedure<unknown>;
  readonly result: 'data' | 'value' | 'none';
}

export const judge: Judge = (testCase) => {
  const devtype = textOf(testCase.in, 'devtype');
  if (devtype !== 'ATECC508A' && devtype !== 'ATECC608') return wrong(`no part ${devtype}`);
  const steps = testCase.out['steps'];
  if (!Array.isArray(steps)) return wrong('no steps');
  const certificates = new Map<string, CertificateDefinition>();
  for (const [index, step] of steps.entries()) {
    if (!isFields(step)) return wrong(`step ${index} is no object`);
    const verdict = judgeStep(step, devtype, certificates);
    if (!verdict.passed) return wrong(`step ${index}, ${textOf(step, 'call')}: ${verdict.wrong}`);
    if (textOf(step, 'call') === 'atcab_read_serial_number' && step['data'] !== testCase.in['serial']) {
      return wrong(`step ${index}: another serial number than the case’s`);
    }
  }
  if (Object.keys(testCase.out).join() !== 'steps') return wrong('out has more than steps');
  return steps.length === 0 ? wrong('no steps') : passed;
};

function judgeStep(step: Fields, part: Part, certificates: Map<string, CertificateDefinition>) {
  const lines = linesOf(step);
  const answers = lines.map(({ rx }) => rx);
  const session = new StockSession(
    part,
    () => answers.shift(),
    (response) => parseResponse(response).ok,
  );
  const ours: Record<string, unknown> = {};
  const call = textOf(step, 'call');
  if (call === 'atcab_init') {
    const status = session.init();
    const opened =
      part === 'ATECC608' && status === 'ATCA_SUCCESS' ? run(session, ask(read(configAddress(0), 32))) : undefined;
    ours['status'] = libraryStatus[opened?.status ?? status];
  } else if (call === 'atcab_release') {
    ours['status'] = 0;
  } else {
    const { procedure, result } = callOf(call, objectOf(step, 'args'), part, certificates);
    const { status, value } = run(session, procedure);
    ours['status'] = libraryStatus[status];
    if (result !== 'none' && status === 'ATCA_SUCCESS') ours[result] = value;
  }
  const { call: _, args: __, lines: ___, ...out } = step;
  return compareAll({ ...out, tx: lines.map(({ tx }) => tx) }, { ...ours, tx: session.sent });
}

/** Runs a procedure over the client's session; the status is the library's word for how it ended. */
function run(session: StockSession, procedure: Procedure<unknown>): { status: LibraryStatusName; value: unknown } {
  let transport: LibraryStatusName = 'ATCA_SUCCESS';
  const ended = runProcedure(procedure, (command) => {
    const { status, response } = session.command(command.packet);
    transport = status;
    return response;
  });
  if (ended.ok) return { status: 'ATCA_SUCCESS', value: ended.value };
  return { status: statusOf(ended.failure, transport), value: undefined };
}

function statusOf(failure: ProcedureFailure, transport: LibraryStatusName): LibraryStatusName {
  if (failure.kind === 'illegal-parameters') return 'ATCA_BAD_PARAM';
  return failure.failure.kind === 'status' ? libraryNameOfChipStatus(failure.failure.status) : transport;
}

function* mapped<T, U>(procedure: Procedure<T>, change: (value: T) => U): Procedure<U> {
  const ended = yield* procedure;
  return ended.ok ? ok(change(ended.value)) : ended;
}

function callOf(call: string, args: Fields, part: Part, certificates: Map<string, CertificateDefinition>): Call {
  const done = (command: Command<unknown>): Call => ({ procedure: ask(command), result: 'none' });
  switch (call) {
    case 'atcab_info':
      return { procedure: ask(infoRevision()), result: 'data' };
    case 'atcab_read_serial_number':
      return { procedure: readSerialNumber(), result: 'data' };
    case 'atcab_is_locked': {
      const zone = textOf(args, 'zone');
      if (zone !== 'config' && zone !== 'data') throw new BadVector(`zone ${zone}`);
      const locked = mapped(readLockState(), (state) => (zone === 'config' ? state.configLocked : state.dataLocked));
      return { procedure: locked, result: 'value' };
    }
    case 'atcab_write_config_zone':
      return { procedure: writeConfigZone(bytesOf(args, 'config')), result: 'none' };
    case 'atcab_cmp_config_zone':
      return { procedure: compareConfigZone(bytesOf(args, 'config'), part), result: 'value' };
    case 'atcab_read_config_zone':
      return { procedure: readConfigZone(), result: 'data' };
    case 'atcab_lock_config_zone':
      return done(lockConfig());
    case 'atcab_lock_config_zone_crc':
      return done(lockConfig(integerOf(args, 'crc')));
    case 'atcab_lock_data_zone':
      return done(lockData());
    case 'atcab_lock_data_zone_crc':
      return done(lockData(integerOf(args, 'crc')));
    case 'atcab_lock_data_slot':
      return done(lockSlot(integerOf(args, 'slot')));
    case 'atcab_is_slot_locked':
      return { procedure: readSlotLocked(integerOf(args, 'slot')), result: 'value' };
    case 'atcab_genkey':
      return { procedure: ask(genKeyCreate(integerOf(args, 'key_id'))), result: 'data' };
    case 'atcab_get_pubkey':
      return { procedure: ask(genKeyPublic(integerOf(args, 'key_id'))), result: 'data' };
    case 'atcab_sign':
      return { procedure: signDigest(integerOf(args, 'key_id'), bytesOf(args, 'message'), part), result: 'data' };
    case 'atcab_write_zone': {
      const zone = textOf(args, 'zone');
      const at = {
        slot: integerOf(args, 'slot'),
        block: integerOf(args, 'block'),
        word: optionalInteger(args, 'offset') ?? 0,
      };
      if (zone !== 'data') throw new BadVector(`zone ${zone}`);
      return done(write(dataAddress(at.slot, at.block, at.word), bytesOf(args, 'data')));
    }
    case 'atcacert_write_cert': {
      const certDef = definition(args['cert_def'], 'cert_def');
      certificates.set(textOf(args, 'cert'), certDef);
      return { procedure: writeCertificate(certDef, bytesOf(args, 'der')), result: 'none' };
    }
    case 'atcacert_read_cert': {
      const certDef = certificates.get(textOf(args, 'cert'));
      if (certDef === undefined) throw new BadVector('a certificate is read that was not written');
      return { procedure: readCertificate(certDef, bytesOf(args, 'ca_public_key')), result: 'value' };
    }
    default:
      throw new BadVector(`unknown call ${call}`);
  }
}

function* writeCertificate(certDef: CertificateDefinition, certificate: Uint8Array): Procedure<undefined> {
  const items = writeItems([{ definition: certDef, certificate }]);
  if (!items.ok) return fail({ kind: 'illegal-parameters', reason: items.failure.reason });
  for (const { zone, slot, offset, bytes } of items.value) {
    const name = zoneOfCode(zone);
    if (name === undefined) return fail({ kind: 'illegal-parameters', reason: `zone ${zone}` });
    const written = yield* ask(write({ zone: name, slot, block: offset / BLOCK_SIZE, word: 0 }, bytes));
    if (!written.ok) return written;
  }
  return ok(undefined);
}

function* readCertificate(certDef: CertificateDefinition, caPublicKey: Uint8Array): Procedure<Uint8Array> {
  const contents: LocationContent[] = [];
  for (const location of locationsToRead(certDef)) {
    const zone = zoneOfCode(location.zone);
    if (zone === undefined) return fail({ kind: 'illegal-parameters', reason: `zone ${location.zone}` });
    const bytes = isGenkeyLocation(location)
      ? yield* ask(genKeyPublic(location.slot))
      : yield* readBytes(zone, location.slot, location.offset, lengthInChip(location));
    if (!bytes.ok) return bytes;
    contents.push({ location, bytes: bytes.value });
  }
  const rebuilt = rebuildCertificate(certDef, caPublicKey, contents);
  return rebuilt.ok ? rebuilt : fail({ kind: 'illegal-parameters', reason: rebuilt.failure.reason });
}

/** A location may reach beyond its slot's end: what there is counts. */
function lengthInChip(location: DeviceLocation): number {
  if (zoneOfCode(location.zone) !== 'data') return location.count;
  return Math.min(location.count, slotSize(location.slot) - location.offset);
}

function linesOf(step: Fields): { tx: string; rx: string }[] {
  const lines = step['lines'];
  if (!Array.isArray(lines)) throw new BadVector('lines is no list');
  return lines.map((line: unknown) => {
    if (!isFields(line)) throw new BadVector('a line is no object');
    return { tx: textOf(line, 'tx'), rx: textOf(line, 'rx') };
  });
}
