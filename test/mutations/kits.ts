import type { Mutation } from './mutation.ts';

const registry = 'src-main/device/kit-registry.ts';
const manager = 'src-main/signing/signer-manager.ts';

const kits = (test: string): Mutation['killer'] => ({ file: 'test/device/registry.test.ts', test });
const sticks = (test: string): Mutation['killer'] => ({ file: 'test/signing/manager.test.ts', test });

/** Rules about who may use a kit, what is never a board, and sticks that come and go. */
export const kitMutations: readonly Mutation[] = [
  {
    rule: 'one owner for each kit',
    file: registry,
    find: "if (record.lease !== undefined) return fail({ kind: 'owned', by: record.lease.owner });",
    replace: '',
    killer: kits('two runs and a set-up at once'),
  },
  {
    rule: 'who no longer owns a kit sends nothing to it',
    file: 'src-main/device/sequence.ts',
    find: 'if (refusal !== undefined) return fail(refusal);',
    replace: '',
    killer: kits('a caller with an old session number'),
  },
  {
    rule: 'a kit that calls itself a signer is no site',
    file: 'src-main/device/kit-class.ts',
    find: "if (signerNames.some((known) => name.startsWith(known))) return 'signer';",
    replace: '',
    killer: kits('which kits are never sites'),
  },
  {
    rule: 'a stick on HID is no site',
    file: 'src-main/device/kit-class.ts',
    find: "return channel.kind === 'hid' ? 'hid' : 'plain';",
    replace: "return 'plain';",
    killer: kits('which kits are never sites'),
  },
  {
    rule: 'a chip with a signer record is no board',
    file: 'src-main/device/kit-class.ts',
    find: "if (chips.some((chip) => chip.signerRecord)) return 'signer-record';",
    replace: '',
    killer: kits('a chip with a signer record'),
  },
  {
    rule: 'nobody but an engineer makes such a kit a site',
    file: registry,
    find: "if (owner.role === 'site' && !this.mayBeSite(record.entry)) {",
    replace: "if (owner.role === 'site' && record.entry.session < 0) {",
    killer: kits('which kits are never sites'),
  },
  {
    rule: 'an authorisation that is left over is put to sleep',
    file: 'src-main/device/sequence.ts',
    find: 'const leftOver = !finished && plan.sleepIfBrokenAfter !== undefined && state.sent.has(plan.sleepIfBrokenAfter);',
    replace: 'const leftOver = false;',
    killer: { file: 'test/device/authorise.test.ts', test: 'an authorisation that is left over' },
  },
  {
    rule: 'looking at boards does not wear them out',
    file: 'src-main/device/presence.ts',
    find: '.run(read(configAddress(0), 32), { attempts });',
    replace: ".run(read(configAddress(0), 32), { attempts, end: 'sleep' });",
    killer: { file: 'test/device/presence.test.ts', test: 'a night of polling' },
  },
  {
    rule: 'a stick belongs to one data folder of a machine',
    file: manager,
    find: "if (owner !== undefined && owner !== 'ours') {",
    replace: 'if (owner !== undefined && owner.length < 0) {',
    killer: { file: 'test/signing/claims.test.ts', test: 'a stick of another folder' },
  },
  {
    rule: 'of two modules with one serial number one is used',
    file: manager,
    find: 'toHex(other.identity.serialNumber) === serialNumber\n',
    replace: "toHex(other.identity.serialNumber) === ''\n",
    killer: sticks('uses a stick once when a copy'),
  },
  {
    rule: 'the root of a signer must be one that the station trusts',
    file: 'src-main/signing/signer-probe.ts',
    find: "if (!options.trustsRoot(rootPublicKey)) return wrong(reason('signer-root-unknown'));",
    replace: '',
    killer: sticks('a root that the station does not trust'),
  },
  {
    rule: 'wrong passwords cost time',
    file: 'src-main/signing/password-delay.ts',
    find: 'await book.setPasswordDelay(signer, failures, delay === 0 ? 0 : nowMs + delay);',
    replace: 'await book.setPasswordDelay(signer, failures, 0);',
    killer: sticks('delays after five wrong ones'),
  },
  {
    rule: 'keys go with the stick',
    file: 'src-main/signing/chip-signer.ts',
    find: 'removed(): void {\n    this.#forgetKeys();',
    replace: 'removed(): void {',
    killer: { file: 'test/signing/secrets.test.ts', test: 'wiped when it is pulled out' },
  },
  {
    rule: 'a secret does not print',
    file: 'src-shared/base/secret.ts',
    find: "  toString(): string {\n    return '[secret]';\n  }\n\n  toJSON(): string {\n    return '[secret]';\n  }",
    replace:
      "  toString(): string {\n    return '[secret]';\n  }\n\n  toJSON(): unknown {\n    return Buffer.from(this.#bytes ?? []).toString('hex');\n  }",
    killer: { file: 'test/signing/secrets.test.ts', test: 'a secret shows nothing of itself' },
  },
];
