import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRunStore, openStore } from '../../src-main/records/index.ts';
import { seededRandom } from '../../src-main/simulator/chip/index.ts';
import { listenBoard } from '../../src-main/simulator/listener.ts';
import { createBoard } from '../../src-main/simulator/open-board.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { type PlanEntry, planEntrySchema } from '../../src-shared/model/plan.ts';
import { openServerSide, type ServerSide } from '../provisioning/server-side.ts';
import { type SoftwareSigner, softwareSigner } from '../provisioning/software-signer.ts';
import { testEntry } from '../provisioning/world.ts';
import { auditBooks, auditChip } from '../sweep/audit.ts';
import { chipOf } from '../sweep/sweep.ts';
import { startChild } from './child.ts';

/**
 * The station is killed (SIGKILL) at every stage, and in the middle of stages by the packet; board and server live on. What the journal
 * says of the run that was cut off is what it was doing, and the board is finished by the next start.
 */
let folder: string;
let side: ServerSide;
let signer: SoftwareSigner;
let serverPort: number;
let entry: PlanEntry;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signet-kill-station-'));
  signer = softwareSigner();
  side = await openServerSide({ folder: join(folder, 'server'), modules: [signer.module], now: () => new Date() });
  const bound = await side.server.listen({
    host: '127.0.0.1',
    port: 0,
    allow: [],
    stationKeys: false,
    insecure: false,
  });
  serverPort = bound.port;
  entry = planEntrySchema.parse({
    ...testEntry(signer.certinfo),
    lockSlots: [0, 4, 10, 11, 12],
    dataWrites: [{ zone: 'data', slot: 4, source: { kind: 'random', length: 32, sink: 'secrets' } }],
  });
});
afterAll(async () => {
  await side.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Kill {
  readonly name: string;
  /** "STAGE STATUS" of a notification. */
  readonly killAt?: string;
  /** Or the n-th packet of an opcode: the parent kills when the chip has executed it. */
  readonly packet?: { readonly opcode: number; readonly p1: number };
  /** What the journal must say. */
  readonly stage: string;
}

/** In the order of a run: each ends a process that took the board over from the one before. */
const kills: readonly Kill[] = [
  { name: 'before the configuration lock', killAt: 'CONFIG_LOCK START', stage: 'CONFIG_WRITE START' },
  { name: 'with the configuration lock done', packet: { opcode: 0x17, p1: 0 }, stage: 'CONFIG_LOCK START' },
  { name: 'with the key made', packet: { opcode: 0x40, p1: 4 }, stage: 'GEN_KEY START' },
  { name: 'with the certificate in hand', killAt: 'CERTS_WRITE START', stage: 'CERTS_REQUEST START' },
  { name: 'in the middle of the data zone', packet: { opcode: 0x12, p1: 0x82 }, stage: 'CERTS_WRITE START' },
  { name: 'with the data lock done', packet: { opcode: 0x17, p1: 1 }, stage: 'DATA_LOCK START' },
  { name: 'with the first slot locked', packet: { opcode: 0x17, p1: 2 }, stage: 'SLOTS_LOCK START' },
  { name: 'before the verdict is on record', killAt: 'VALIDATE_CERTS DONE', stage: 'VALIDATE_CERTS START' },
];

describe('the station killed', () => {
  it('at every stage of one board: each next start knows and goes on, the last one finishes', async () => {
    let watch: Kill['packet'];
    let onPacket: () => void = () => undefined;
    const board = createBoard({
      kit: { dialect: 'legacy' },
      chips: [{ part: '508A' }],
      timing: 'none',
      random: seededRandom('killed'),
      trace: (event) => {
        if (event.kind !== 'packet' || watch === undefined) return;
        if (event.bytes[1] === watch.opcode && event.bytes[2] === watch.p1) onPacket();
      },
    });
    const listener = await listenBoard(board, { host: '127.0.0.1', port: 0, waitMs: 2000 });
    const store = join(folder, 'station.db');
    const sink = join(folder, 'sink');
    const job = { store, sink, board: `tcp:127.0.0.1:${listener.port}`, serverPort, entry };
    try {
      for (const kill of kills) {
        const { killAt } = kill;
        const child = startChild('station-child.ts', {
          ...job,
          action: 'resume',
          ...(killAt === undefined ? {} : { killAt }),
        });
        watch = kill.packet;
        onPacket = () => child.process.kill('SIGKILL');
        expect(await child.ended, kill.name).toBe('SIGKILL');
        watch = undefined;
        const journal = openStore(store);
        const left = openRunStore(journal).openRuns();
        journal.close();
        const newest = left[left.length - 1];
        expect(newest?.serialNumber).toBe(toHex(chipOf(board).serialNumber));
        expect(`${newest?.stage} ${newest?.status}`, kill.name).toBe(kill.stage);
      }
      const last = startChild('station-child.ts', { ...job, action: 'resume' });
      expect(await last.said).toMatchObject({ outcome: 'PASS' });
      expect(await last.ended).toBe('0');
    } finally {
      await listener.close();
    }
    const books = auditBooks(side.folder, {
      rootPublicKey: signer.identity.rootPublicKey,
      signatures: signer.signatures,
    });
    expect(books.complaints).toEqual([]);
    expect(books.certificates).toHaveLength(1);
    const chip = chipOf(board).inspect();
    const image = defaultImage('ATECC508A');
    expect(auditChip(chip, { lockedSlots: entry.lockSlots, image }, books.certificates)).toEqual([]);
    const kept = readFileSync(sink, 'utf8').trim().split('\n').pop()?.split('\t')[1] ?? '';
    expect(toHex((chip.slots[4] ?? new Uint8Array(0)).slice(0, 32))).toBe(kept);
  });
});
