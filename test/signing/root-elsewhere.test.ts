import { describe, expect, it } from 'vitest';
import {
  judgeRequest,
  RootElsewhere,
  readRootAnswer,
  readRootFacts,
  readRootRequest,
  rootAnswerFile,
  rootFactsFile,
  rootRequestFile,
} from '../../src-main/signing/root-elsewhere.ts';
import { setUpModule } from '../../src-main/signing/setup.ts';
import { createSignerStick } from '../../src-main/simulator/open-board.ts';
import { parseUtf8, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { decodeCertificate } from '../../src-shared/certificates/index.ts';
import { madeStick } from './factory.ts';
import { MemoryNotes, now, setUpOptions, signerRequest, software, takeForSetUp, testRoot } from './rig.ts';

const root = testRoot();
const serialNumber = '0123000000000001EE';

/** The to-be-signed part of a signer's certificate under the root. */
async function signerTbs(): Promise<Uint8Array> {
  const decoded = decodeCertificate((await madeStick()).made.identity.certificate);
  if (!decoded.ok) throw new Error(decoded.failure.reason);
  return decoded.value.tbs;
}

describe('what a root signs for a machine elsewhere', () => {
  it('is a signer below itself, and nothing else', async () => {
    const tbs = await signerTbs();
    const request = { serialNumber, rootPublicKey: root.facts.publicKey, tbs };
    expect(judgeRequest(request, root.facts).ok).toBe(true);
    const reason = (changed: Partial<typeof request>, facts = root.facts): string => {
      const judged = judgeRequest({ ...request, ...changed }, facts);
      return judged.ok ? 'signed' : judged.failure;
    };
    const other = testRoot({ commonName: 'Other Root' }).facts;
    expect(reason({ rootPublicKey: other.publicKey.map((byte) => byte ^ 1) })).toBe('it is meant for another root');
    expect(reason({ tbs: tbs.slice(0, 100) })).toMatch(/^it is no certificate/);
    // The same key under another name: its certificates would not chain.
    expect(reason({}, { ...root.facts, certificate: other.certificate })).toBe('it names another issuer');
    const young = { ...root.facts, notBefore: new Date('2027-01-01T00:00:00Z') };
    expect(reason({}, young)).toBe('it would begin before the root');
    expect(reason({}, { ...root.facts, notAfter: new Date('2030-01-01T00:00:00Z') })).toBe('it would outlive the root');
    // The root's own certificate, as a request: an authority without limit, of the root's own key.
    const own = decodeCertificate(root.facts.certificate);
    expect(own.ok && reason({ tbs: own.value.tbs })).toBe("its key is the root's own");
  });

  it('a device, or an authority that may have others below it, is refused', async () => {
    const tbs = await signerTbs();
    const changed = (from: string, to: string): string => {
      const text = toHex(tbs);
      expect(text.split(from).length, from).toBe(2);
      const judged = judgeRequest(
        {
          serialNumber,
          rootPublicKey: root.facts.publicKey,
          tbs: Uint8Array.from(Buffer.from(text.replace(from, to), 'hex')),
        },
        root.facts,
      );
      return judged.ok ? 'signed' : judged.failure;
    };
    // basicConstraints: CA TRUE, path length 0 becomes 1; keyUsage loses keyCertSign.
    expect(changed('30060101FF020100', '30060101FF020101')).toBe('it would allow further authorities below it');
    expect(changed('0603551D0F0101FF040403020284', '0603551D0F0101FF040403020280')).toBe(
      'it may not sign certificates',
    );
  });
});

describe('the three files', () => {
  it('come back as they were written, and a changed byte is noticed where it matters', async () => {
    const facts = readRootFacts(rootFactsFile(root.facts));
    expect(facts).toEqual(root.facts);
    const text = parseUtf8(rootFactsFile(root.facts)) ?? '';
    expect(readRootFacts(utf8(text.replace('Root CA"', 'Root CB"')))).toBeUndefined();
    expect(readRootFacts(utf8('{}'))).toBeUndefined();
    expect(readRootFacts(Uint8Array.of(0xff))).toBeUndefined();
    const request = { serialNumber, rootPublicKey: root.facts.publicKey, tbs: await signerTbs() };
    expect(readRootRequest(rootRequestFile(request))).toEqual(request);
    expect(readRootRequest(rootFactsFile(root.facts))).toBeUndefined();
  });

  it('a set-up waits for the answer, goes on with it, and takes no other', async () => {
    const board = createSignerStick();
    const notes = new MemoryNotes();
    const setUp = async (authority: RootElsewhere) => {
      const lease = await takeForSetUp(board);
      try {
        return await setUpModule(signerRequest(authority), setUpOptions(lease, { notes }));
      } finally {
        lease.release();
        board.unplug();
        board.plug();
      }
    };
    const waiting = new RootElsewhere(root.facts, undefined);
    expect(await setUp(waiting)).toMatchObject({ ok: false, failure: { kind: 'root', failure: { kind: 'locked' } } });
    const tbs = waiting.wanted;
    if (tbs === undefined) throw new Error('nothing was asked');
    const request = { serialNumber, rootPublicKey: root.facts.publicKey, tbs };
    expect(judgeRequest(request, root.facts).ok).toBe(true);
    const signed = await root.signSigner(tbs);
    if (!signed.ok) throw new Error(signed.failure.kind);
    const facts = { signedAt: now(), persons: ['A'], software };
    const forged = readRootAnswer(
      rootAnswerFile(
        request,
        signed.value.map((byte) => byte ^ 1),
        facts,
      ),
    );
    expect(await setUp(new RootElsewhere(root.facts, forged))).toMatchObject({
      ok: false,
      failure: { kind: 'root', failure: { kind: 'wrong-signature' } },
    });
    const answer = readRootAnswer(rootAnswerFile(request, signed.value, facts));
    const made = await setUp(new RootElsewhere(root.facts, answer));
    if (!made.ok) throw new Error(made.failure.kind);
    const decoded = decodeCertificate(made.value.identity.certificate);
    expect(decoded.ok && toHex(decoded.value.tbs)).toBe(toHex(tbs));
    expect(made.value.ceremony.remarks.join()).toContain('Resumed');
  });
});
