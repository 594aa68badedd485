import type { SignerModule } from '../../src-main/signing/signer-module.ts';
import { verifyP256Message } from '../../src-main/signing/verify.ts';
import { password } from './rig.ts';

/** Many signatures in one session of a token; gives what was wrong. `full-sweep.ts` makes ten thousand. */
export async function manySignatures(
  module: SignerModule,
  pin: string,
  tbs: Uint8Array,
  count: number,
): Promise<readonly string[]> {
  const unlocked = await module.unlock([password(pin)]);
  if (!unlocked.ok) return [`not unlocked: ${unlocked.failure.kind}`];
  const complaints: string[] = [];
  const key = module.identity?.publicKey ?? new Uint8Array(64);
  const before = module.signaturesThisSession;
  const memory = process.memoryUsage().rss;
  for (let i = 0; i < count; i += 1) {
    const signed = await module.sign(tbs, async () => undefined);
    if (!signed.ok) complaints.push(`signature ${i}: ${signed.failure.kind}`);
    else if (!verifyP256Message(key, tbs, signed.value)) complaints.push(`signature ${i} does not verify`);
  }
  if (module.signaturesThisSession - before !== count)
    complaints.push(`${module.signaturesThisSession - before} counted`);
  // Sessions or buffers that pile up would be far more than this.
  if (process.memoryUsage().rss - memory > 200e6) complaints.push('memory piles up');
  await module.lock();
  return complaints;
}
