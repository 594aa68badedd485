import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import {
  type CertInfo,
  type DefinitionPair,
  decodeCertificate,
  nameText,
} from '../../src-shared/certificates/index.ts';
import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import type { SignerView } from '../../src-shared/ipc/state.ts';
import { inEnglish, reason, reasonDetails } from '../../src-shared/model/reasons.ts';
import type { KitRegistry } from '../device/index.ts';
import type { ChannelDescription } from '../hal/byte-channel.ts';
import { foreignStick } from '../hal/foreign-stick.ts';
import type { PortSeen } from '../hal/watcher.ts';
import type { PreparedEntry } from '../provisioning/prepared-entry.ts';
import { pemOf, type Records } from '../records/index.ts';
import { passwordSecret } from '../signing/asd1/password.ts';
import { matchSigner } from '../signing/checks.ts';
import { attemptsLeft, delayLeft } from '../signing/password-delay.ts';
import type { SignerSelection } from '../signing/request.ts';
import { signerFiles } from '../signing/setup-files.ts';
import type { ManagedSigner, SignerManager } from '../signing/signer-manager.ts';
import type { SignerIdentity, UnlockFailure } from '../signing/signer-module.ts';
import { certificateView } from './certificate-view.ts';
import { softwareVersion } from './version.ts';

/** Signer modules as screens see them, and what may be done with them besides making them. */
export class SignerDesk {
  readonly #manager: SignerManager;
  readonly #registry: KitRegistry;
  readonly #records: Records;
  readonly #now: () => Date;
  readonly #foreign: () => readonly PortSeen[];
  readonly #changed: () => void;
  readonly #signed = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly manager: SignerManager;
    readonly registry: KitRegistry;
    readonly records: Records;
    readonly now: () => Date;
    /** Ports of this computer: sticks of other makers' kits among them are shown, never opened. */
    readonly foreign?: () => readonly PortSeen[];
    readonly changed: () => void;
  }) {
    this.#manager = options.manager;
    this.#registry = options.registry;
    this.#records = options.records;
    this.#now = options.now;
    this.#foreign = options.foreign ?? (() => []);
    this.#changed = options.changed;
    options.manager.onChange(() => this.#changed());
    options.records.signingLog.onRow((row) => {
      if (row.result !== 'SIGNED') return;
      this.#signed.set(row.signer_sn, (this.#signed.get(row.signer_sn) ?? 0) + 1);
      this.#changed();
    });
  }

  /** What the log says of signatures made before this start; rows that came meanwhile are in it already. */
  setSigned(counts: Readonly<Record<string, number>>): void {
    for (const [signer, count] of Object.entries(counts))
      this.#signed.set(signer, Math.max(count, this.#signed.get(signer) ?? 0));
    this.#changed();
  }

  views(waitingBoards: (identity: SignerIdentity) => number): SignerView[] {
    const views = this.#manager.list().map((signer) => this.#view(signer, waitingBoards));
    this.#wakeAt(views);
    return [...views, ...this.#foreign().flatMap(({ description }) => foreignView(description) ?? [])];
  }

  /** Signers that could sign now, and all that there are; roots, strangers and sticks that are to be set up yet do not count. */
  counts(): { readonly ready: number; readonly total: number } {
    const modules = this.#manager
      .modules()
      .filter(({ identity, state }) => identity?.isRoot === false && state !== 'UNCONFIGURED' && state !== 'FOREIGN');
    return { ready: modules.filter((module) => module.state === 'READY').length, total: modules.length };
  }

  /** Whether a signer for all entries of a plan is there. */
  stateFor(entries: readonly PreparedEntry[]): 'ready' | 'waiting' | 'none' {
    let worst: 'ready' | 'waiting' | 'none' = 'ready';
    for (const { certInfo } of entries) {
      const selection = selectionFor(certInfo);
      const states = this.#manager
        .modules()
        .filter(({ identity }) => identity !== undefined && matchSigner(identity, selection) === 'fits')
        .map(({ state }) => state);
      if (states.includes('READY')) continue;
      if (!states.includes('PASSWORD_REQUIRED') && !states.includes('LOCKED_OUT')) return 'none';
      worst = 'waiting';
    }
    return worst;
  }

  /** Definitions of the modules that are there, for plans without their own. */
  definitions(): readonly DefinitionPair[] {
    return this.#manager
      .modules()
      .flatMap(({ identity }) =>
        identity === undefined || identity.isRoot
          ? []
          : [{ device: identity.deviceDefinition, signer: identity.signerDefinition }],
      );
  }

  /** Throws PASSWORD_WRONG (attemptsLeft, delayMs), PASSWORD_DELAY (delayMs), SIGNER_REMOVED … The texts go no further than here. */
  async unlock(serialNumber: string, passwords: readonly string[]): Promise<void> {
    const result = await this.#manager.unlock(serialNumber, secretsOf(passwords));
    this.#changed();
    if (!result.ok) throw unlockError(result.failure);
  }

  async lock(serialNumber: string): Promise<void> {
    await this.#manager.lock(serialNumber);
  }

  async lockAll(): Promise<void> {
    await this.#manager.lockAll();
  }

  certificates(serialNumber: string): Promise<CallOutput<'signers.certificate'>> {
    const identity = this.identity(serialNumber);
    const chain = [identity.certificate, ...(identity.rootCertificate === undefined ? [] : [identity.rootCertificate])];
    return Promise.all(chain.map(certificateView));
  }

  /** Certinfo, definitions and certificates, as the set-up wrote them once. */
  files(serialNumber: string): CallOutput<'signers.export'> {
    const identity = this.identity(serialNumber);
    if (identity.isRoot) {
      // It does not sign for devices: there is no certinfo, only what others shall trust.
      const { certificate } = identity;
      return [
        { name: 'root_certificate.pem', encoding: 'text', content: pemOf(certificate) },
        { name: 'root_certificate.der', encoding: 'base64', content: Buffer.from(certificate).toString('base64') },
      ];
    }
    const files = signerFiles(identity, {
      rootCertificate: identity.rootCertificate,
      generator: softwareVersion,
      created: this.#now(),
    });
    // No DER beside the same as PEM: a browser saves no more than ten files at a time.
    const texts = files
      .filter(({ name }) => !name.endsWith('.der'))
      .map(({ name, bytes }) => ({ name, encoding: 'text' as const, content: Buffer.from(bytes).toString('utf8') }));
    return [...texts, { name: 'signer_certificate.pem', encoding: 'text', content: pemOf(identity.certificate) }];
  }

  /** Throws SIGNER_REMOVED when no module with this serial number is there and known. */
  identity(serialNumber: string): SignerIdentity {
    const identity = this.#manager.module(serialNumber)?.identity;
    if (identity === undefined)
      throw new SignetError('SIGNER_REMOVED', `The module ${serialNumber} is not plugged in.`, { serialNumber });
    return identity;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #view(
    { module, place, kitId, passwordChangeBegun }: ManagedSigner,
    waitingBoards: (identity: SignerIdentity) => number,
  ): SignerView {
    const { identity, state } = module;
    const kit = kitId === undefined ? undefined : this.#registry.kit(kitId);
    const chip = kit?.chips[0];
    const serialNumber =
      identity !== undefined ? toHex(identity.serialNumber) : chip === undefined ? '' : toHex(chip.serialNumber);
    const { policy } = this.#records;
    const unfinished = this.#unfinished(module, serialNumber);
    const delayMs = identity === undefined ? 0 : delayLeft(policy, serialNumber, this.#now().getTime());
    return {
      serialNumber,
      kind: identity?.kind ?? 'chip',
      name: identity?.name ?? '',
      label: identity?.label ?? '',
      kit: kit?.identity.name ?? '',
      path: place,
      state: unfinished ? 'UNCONFIGURED' : state,
      reason: unfinished ? reason('signer-unfinished') : (module.reason ?? null),
      isRoot: identity?.isRoot === true,
      chain: identity === undefined ? [] : chainOf(identity),
      signerId: identity === undefined ? '' : toHex(identity.signerId),
      chainId: identity?.chainId ?? 0,
      notBefore: identity?.notBefore.toISOString() ?? '',
      notAfter: identity?.notAfter.toISOString() ?? '',
      signed: this.#signed.get(serialNumber) ?? 0,
      signedThisSession: module.signaturesThisSession,
      passwordScheme: identity?.passwordScheme ?? 'one',
      attemptsLeft: identity === undefined ? 0 : attemptsLeft(policy, serialNumber),
      delayUntil: delayMs > 0 ? new Date(this.#now().getTime() + delayMs).toISOString() : null,
      changeBegun: passwordChangeBegun,
      can: { ...module.can },
      waitingBoards: identity === undefined || state === 'READY' ? 0 : waitingBoards(identity),
    };
  }

  /**
   * Half made by a set-up that was begun here: after its data lock it is locked and no module yet, which is no fault of it, and the
   * set-up goes on from there. A chip that protects nothing stays what it is.
   */
  #unfinished({ state, reason }: ManagedSigner['module'], serialNumber: string): boolean {
    return (
      (state === 'FAULT' || state === 'UNCONFIGURED') &&
      reason?.code !== 'signer-unguarded' &&
      this.#records.setUpNotes.setUpNote(serialNumber) !== undefined
    );
  }

  /** A delay that runs out changes a state without anybody doing anything. */
  #wakeAt(views: readonly SignerView[]): void {
    clearTimeout(this.#timer);
    const ends = views.flatMap(({ delayUntil }) => (delayUntil === null ? [] : [Date.parse(delayUntil)]));
    if (ends.length === 0) return;
    this.#timer = setTimeout(() => this.#changed(), Math.max(50, Math.min(...ends) - this.#now().getTime() + 20));
    this.#timer.unref();
  }
}

/** A stick that is shown for what it is and never used; undefined for any other port. */
function foreignView(description: ChannelDescription): SignerView | undefined {
  const why = foreignStick(description);
  if (why === undefined) return undefined;
  return {
    serialNumber: '',
    kind: 'chip',
    name: '',
    label: '',
    kit: description.product ?? '',
    path: description.path,
    state: 'FOREIGN',
    reason: why,
    isRoot: false,
    chain: [],
    signerId: '',
    chainId: 0,
    notBefore: '',
    notAfter: '',
    signed: 0,
    signedThisSession: 0,
    passwordScheme: 'one',
    attemptsLeft: 0,
    delayUntil: null,
    changeBegun: false,
    can: { label: false, password: false },
    waitingBoards: 0,
  };
}

/** The kind of signer that a certinfo names. */
function selectionFor(certInfo: CertInfo): SignerSelection {
  return {
    caPublicKey: certInfo.caPublicKey,
    chainId: certInfo.chainId,
    deviceTemplateId: certInfo.deviceTemplateId,
    signerTemplateId: certInfo.signerTemplateId,
    deviceDefinitionDigest: certInfo.deviceDigest,
    ...(certInfo.requiredSignerSn === undefined ? {} : { signerSerialNumber: certInfo.requiredSignerSn }),
  };
}

/** Names from the signer up to its root. */
function chainOf(identity: SignerIdentity): string[] {
  const decoded = decodeCertificate(identity.certificate);
  if (!decoded.ok) return [];
  const [subject, issuer] = [nameText(decoded.value.subject), nameText(decoded.value.issuer)];
  return issuer === subject ? [subject] : [subject, issuer];
}

/** Secrets of passwords as typed. Throws PASSWORD_POLICY for one that can be none. */
export function secretsOf(passwords: readonly string[]): Secret[] {
  return passwords.map((password) => {
    const secret = passwordSecret(password);
    if (secret === undefined) throw new SignetError('PASSWORD_POLICY', 'A password has 1 to 128 bytes.');
    return secret;
  });
}

/** A refused unlocking as something to throw. */
export function unlockError(failure: UnlockFailure): SignetError {
  switch (failure.kind) {
    case 'wrong-password':
      return new SignetError('PASSWORD_WRONG', 'The password is not the right one.', {
        attemptsLeft: failure.attemptsLeft,
        delayMs: failure.delayMs,
      });
    case 'locked-out':
      return new SignetError('PASSWORD_DELAY', `The next try is possible in ${Math.ceil(failure.delayMs / 1000)} s.`, {
        delayMs: failure.delayMs,
      });
    case 'passwords-needed':
      return new SignetError('OPTION_INVALID', `This module wants ${failure.count} passwords.`, {
        count: failure.count,
      });
    case 'kit-unsuitable':
      return new SignetError('SIGNER_KIT_UNSUITABLE', 'Authorisation does not survive the idling of this stick.');
    case 'removed':
      return new SignetError('SIGNER_REMOVED', 'The module was unplugged.');
    case 'fault':
      return new SignetError(
        'SIGNER_FAULT',
        `The module does not work: ${inEnglish(failure.reason)}.`,
        reasonDetails(failure.reason),
      );
  }
}
