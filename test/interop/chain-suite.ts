import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { type FoundState, foundStateWords } from '../../src-main/provisioning/found-state.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { defaultImage, presetImage } from '../../src-shared/atecc/config/index.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { verifyDigest } from '../../src-shared/certificates/index.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import type { StageName } from '../../src-shared/model/stages.ts';
import type { CertReply } from '../../src-shared/wire/messages.ts';
import { DEVICE, SIGNER, useDefinitions } from './definitions.ts';
import type { Factory } from './factory.ts';
import { bytes, definition, flag, type Library, number, device as opened, out, size, view } from './library.ts';
import { type LineKind, openLine, type SerialBoard } from './lines.ts';
import type { Tally } from './tally.ts';

/** One chip provisioned by Signet and read by the library, and chips that the library began and Signet judges. */
export async function chainSuite(
  tally: Tally,
  library: Library,
  factory: Factory,
  kind: LineKind,
  part: Part,
): Promise<void> {
  const suite = new ChainSuite(tally, library, factory, kind, part);
  await suite.signetFirst();
  await suite.libraryFirst();
}

const CHALLENGE = new Uint8Array(createHash('sha256').update('interop challenge').digest());

class ChainSuite {
  readonly #tally: Tally;
  readonly #library: Library;
  readonly #factory: Factory;
  readonly #kind: LineKind;
  readonly #part: Part;

  constructor(tally: Tally, library: Library, factory: Factory, kind: LineKind, part: Part) {
    this.#tally = tally;
    this.#library = library;
    this.#factory = factory;
    this.#kind = kind;
    this.#part = part;
  }

  async signetFirst(): Promise<void> {
    const { identity, records } = this.#factory.world;
    await this.#onBoard('Signet provisions, the library reads', async (board) => {
      const { record } = await this.#factory.run(board.port);
      assert.deepEqual(record.outcome, { kind: 'PASS' });
      const [archived] = records.archive.bySerialNumber(record.serialNumber);
      assert.ok(archived !== undefined, 'the certificate is archived');
      assert.deepEqual(records.runs.bySerialNumber(record.serialNumber), [record]);
      await this.#withLibrary(board, async () => {
        assert.equal(await this.#library.yes('atcab_is_locked', number(0), flag), true);
        assert.equal(await this.#library.yes('atcab_is_locked', number(1), flag), true);
        const image = defaultImage(this.#part);
        assert.equal(await this.#library.yes('atcab_cmp_config_zone', bytes(image), flag), true);
        const signer = await this.#rebuild(SIGNER, identity.rootPublicKey);
        assert.deepEqual(signer, identity.certificate);
        const device = await this.#rebuild(DEVICE, identity.publicKey);
        assert.deepEqual(device, archived.deviceCertificate);
        assert.equal(new X509Certificate(device).verify(new X509Certificate(signer).publicKey), true);
        await this.#library.call(
          'atcacert_verify_cert_hw',
          opened,
          definition(SIGNER),
          ...sized(signer),
          view(identity.rootPublicKey),
        );
        await this.#library.call(
          'atcacert_verify_cert_hw',
          opened,
          definition(DEVICE),
          ...sized(device),
          view(identity.publicKey),
        );
        const tampered = device.slice();
        tampered[80] = (tampered[80] ?? 0) ^ 1;
        const refused = await this.#library.attempt(
          'atcacert_verify_cert_hw',
          opened,
          definition(DEVICE),
          ...sized(tampered),
          view(identity.publicKey),
        );
        assert.notEqual(refused.status, 0);
        const answer = await this.#library.bytes(
          'atcacert_get_response',
          number(identity.deviceDefinition.privateKeySlot),
          view(CHALLENGE),
          ['key'],
        );
        assert.equal(verifyDigest(fromHex(record.publicKey), CHALLENGE, answer), true);
      });
    });
  }

  async libraryFirst(): Promise<void> {
    await this.#judged('configuration written, not locked', 'config-written', 'PASS', async () => this.#writeConfig());
    await this.#judged('configuration locked', 'config-locked', 'PASS', () => this.#lockConfig());
    await this.#onBoard('the library made a key: Signet makes another', async (board) => {
      const theirs = await this.#withLibrary(board, async () => {
        await this.#lockConfig();
        return this.#library.bytes('atcab_genkey', number(0), out(64));
      });
      const { record } = await this.#factory.run(board.port);
      assert.deepEqual(record.outcome, { kind: 'PASS' });
      assert.notEqual(record.publicKey, toHex(theirs));
    });
    await this.#onBoard('a key that nobody certified, data locked: set aside', async (board) => {
      await this.#withLibrary(board, async () => {
        await this.#lockConfig();
        await this.#library.call('atcab_genkey', number(0), out(64));
        await this.#library.call('atcab_lock_data_zone');
      });
      const { record } = await this.#factory.run(board.port, 'resume');
      assert.equal(codeOf(record), 'KEY_OF_UNKNOWN_ORIGIN', JSON.stringify(record.outcome));
    });
    await this.#judged('locked with another configuration', 'foreign', 'FOREIGN_CONFIG', async () => {
      await this.#library.call(
        'atcab_write_config_zone',
        bytes(presetImage(this.#part === 'ATECC508A' ? 'library-test-508' : 'library-test-608')),
      );
      await this.#library.call('atcab_lock_config_zone');
    });
    await this.#onBoard('certificates asked for, not written: Signet keeps key and certificate', async (board) => {
      const issued = await this.#withLibrary(board, () => this.#certified());
      const { record } = await this.#factory.run(board.port, 'resume');
      assert.deepEqual(record.outcome, { kind: 'PASS' });
      assert.equal(record.reissued, true);
      assert.equal(record.certificateSerial, toHex(issued.certificateSerial));
      await this.#compare(board, issued);
    });
    await this.#onBoard('provisioned by the library to the end: Signet validates it', async (board) => {
      const issued = await this.#withLibrary(board, () => this.#finished());
      const validated = await this.#factory.run(board.port, 'validate');
      assert.deepEqual(validated.record.outcome, { kind: 'PASS' });
      assert.equal(validated.record.certificateSerial, toHex(issued.certificateSerial));
      const again = await this.#factory.run(board.port);
      assert.equal(codeOf(again.record), 'ALREADY_PROVISIONED');
    });
    await this.#onBoard('a certificate with a flipped bit: Signet refuses it', async (board) => {
      await this.#withLibrary(board, async () => {
        await this.#finished();
        const slot = this.#factory.world.identity.deviceDefinition.compressedLocation.slot;
        const first = await this.#library.bytes(
          'atcab_read_bytes_zone',
          number(2),
          number(slot),
          number(0),
          out(4),
          number(4),
        );
        const flipped = first.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
        await this.#library.call(
          'atcab_write_bytes_zone',
          number(2),
          number(slot),
          number(0),
          bytes(flipped),
          number(4),
        );
      });
      const { record } = await this.#factory.run(board.port, 'validate');
      assert.equal(codeOf(record), 'CERTIFICATE_WRONG');
    });
    const stops: readonly StageName[] = ['GEN_KEY', 'CERTS_WRITE', 'DATA_LOCK', 'VALIDATE_CERTS'];
    for (const stage of stops) {
      await this.#onBoard(`Signet stopped before ${stage}: the library looks on, Signet goes on`, async (board) => {
        const stopped = await this.#factory.run(board.port, 'provision', stage);
        assert.equal(stopped.record.outcome.kind, 'INTERRUPTED');
        await this.#withLibrary(board, async () => {
          assert.equal(await this.#library.yes('atcab_is_locked', number(0), flag), true);
          assert.equal(await this.#library.yes('atcab_is_locked', number(1), flag), stage === 'VALIDATE_CERTS');
        });
        const { record } = await this.#factory.run(board.port, 'resume');
        assert.deepEqual(record.outcome, { kind: 'PASS' });
        await this.#withLibrary(board, () => this.#rebuild(DEVICE, this.#factory.world.identity.publicKey));
      });
    }
  }

  /** A chip that the library leaves in some state, what Signet finds and how its run ends. */
  async #judged(name: string, found: FoundState, expected: string, work: () => Promise<void>): Promise<void> {
    await this.#onBoard(`${name}: ${expected}`, async (board) => {
      await this.#withLibrary(board, work);
      const { record } = await this.#factory.run(board.port);
      assert.equal(codeOf(record), expected, JSON.stringify(record.outcome));
      assert.equal(record.foundState, foundStateWords[found]);
      if (expected === 'PASS') {
        await this.#withLibrary(board, () => this.#rebuild(DEVICE, this.#factory.world.identity.publicKey));
      }
    });
  }

  async #onBoard(name: string, work: (board: SerialBoard) => Promise<void>): Promise<void> {
    await this.#tally.check(name, async () => {
      const { deviceDefinition: device, signerDefinition: signer } = this.#factory.world.identity;
      await useDefinitions(this.#library, { device, signer });
      const board = await openLine(this.#kind, { part: this.#part });
      try {
        await work(board);
      } finally {
        await board.close();
      }
    });
  }

  async #withLibrary<T>(board: SerialBoard, work: () => Promise<T>): Promise<T> {
    await this.#library.open(board);
    try {
      return await work();
    } finally {
      await this.#library.close();
    }
  }

  async #writeConfig(): Promise<void> {
    await this.#library.call('atcab_write_config_zone', bytes(defaultImage(this.#part)));
  }

  async #lockConfig(): Promise<void> {
    await this.#writeConfig();
    await this.#library.call('atcab_lock_config_zone');
  }

  /** Configuration, key, and certificates from Signet's server for it. */
  async #certified(): Promise<CertReply> {
    await this.#lockConfig();
    const key = await this.#library.bytes('atcab_genkey', number(0), out(64));
    const config = await this.#library.bytes('atcab_read_config_zone', out(128));
    return this.#factory.certificates(config, key, (digest) =>
      this.#library.bytes('atcab_sign', number(0), bytes(digest), out(64)),
    );
  }

  async #finished(): Promise<CertReply> {
    const issued = await this.#certified();
    await this.#library.call('atcab_lock_data_zone');
    await this.#library.call('atcacert_write_cert', definition(SIGNER), ...sized(issued.signerCertificate));
    await this.#library.call('atcacert_write_cert', definition(DEVICE), ...sized(issued.deviceCertificate));
    return issued;
  }

  async #compare(board: SerialBoard, issued: CertReply): Promise<void> {
    const { identity } = this.#factory.world;
    await this.#withLibrary(board, async () => {
      assert.deepEqual(await this.#rebuild(SIGNER, identity.rootPublicKey), issued.signerCertificate);
      assert.deepEqual(await this.#rebuild(DEVICE, identity.publicKey), issued.deviceCertificate);
    });
  }

  async #rebuild(name: string, caPublicKey: Uint8Array): Promise<Uint8Array> {
    const [certificate, length] = await this.#library.call(
      'atcacert_read_cert',
      definition(name),
      view(caPublicKey),
      out(1024),
      size(1024),
    );
    return fromHex(String(certificate)).subarray(0, Number(length));
  }
}

function sized(value: Uint8Array) {
  return [bytes(value), number(value.length)] as const;
}

function codeOf(record: RunRecord): string {
  return record.outcome.kind === 'PASS' ? 'PASS' : record.outcome.code;
}
