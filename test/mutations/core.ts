import { kitMutations } from './kits.ts';
import type { Mutation } from './mutation.ts';

const signing = 'src-main/signing/signing-service.ts';
const attempts = 'src-main/signing/attempts.ts';
const checks = 'src-main/signing/checks.ts';
const session = 'src-main/server/session.ts';
const server = 'src-main/server/server.ts';
const stages = 'src-main/provisioning/run-stages.ts';

const crash = (test: string): Mutation['killer'] => ({ file: 'test/signing/crash.test.ts', test });
const service = (test: string): Mutation['killer'] => ({ file: 'test/signing/service.test.ts', test });
const races = (test: string): Mutation['killer'] => ({ file: 'test/server/races.test.ts', test });
const hostile = (test: string): Mutation['killer'] => ({ file: 'test/server/hostile.test.ts', test });
const disks = (test: string): Mutation['killer'] => ({ file: 'test/records/disks.test.ts', test });
const states = (test: string): Mutation['killer'] => ({ file: 'test/sweep/states.test.ts', test });
const swaps = (test: string): Mutation['killer'] => ({ file: 'test/sweep/swaps.test.ts', test });
const badServers = (test: string): Mutation['killer'] => ({ file: 'test/provisioning/bad-servers.test.ts', test });
const runRules = (test: string): Mutation['killer'] => ({ file: 'test/provisioning/rules.test.ts', test });

/** The protecting rules of the core. */
export const mutations: readonly Mutation[] = [
  // Order of effects (signer-and-server.md 7.5)
  {
    rule: 'intent durable before the signature',
    file: attempts,
    find: 'await this.#journal(intent, () => this.#intents.open(intent));',
    replace: '',
    killer: crash('signs nothing when the intent cannot be written'),
  },
  {
    rule: 'a further attempt is journalled before it is made',
    file: attempts,
    find: 'await this.#journal(intent, () => this.#intents.attempt(intent.id, next.attempts));',
    replace: '',
    killer: { file: 'test/kill/stick.test.ts', test: 'is an attempt of its own' },
  },
  {
    rule: 'the signature is verified before anything is archived',
    file: signing,
    find: "if (!verifyP256Message(identity.publicKey, certificate.tbs, signature)) return failed({ kind: 'wrong-signature' });",
    replace: '',
    killer: { file: 'test/server/races.test.ts', test: 'a signature that does not verify' },
  },
  {
    rule: 'archived before logged',
    file: signing,
    find: `    await archive.store(entry);
    await step('archived');
    const reference = await this.#attempts.signed(intent, entry, this.#duration(started));
`,
    replace: `    const reference = await this.#attempts.signed(intent, entry, this.#duration(started));
    await step('archived');
    await archive.store(entry);
`,
    killer: crash('one certificate, one row per signature'),
  },
  {
    rule: 'logged before the reply',
    file: signing,
    find: 'const reference = await this.#attempts.signed(intent, entry, this.#duration(started));',
    replace: `const reference = { sequence: 0, rowHash: '00'.repeat(32) };
    void this.#attempts.signed(intent, entry, this.#duration(started)).catch(() => undefined);`,
    killer: disks('a disk that refuses one operation'),
  },
  {
    rule: 'one request at a time for each chip',
    file: signing,
    find: 'return await this.#perChip.run(serialNumber, () => {',
    replace: 'return await Promise.resolve().then(() => {',
    killer: races('same key: one signature'),
  },
  {
    rule: 'same chip and key: the archived certificate again',
    file: signing,
    find: 'if (again !== undefined) return this.#reissue(request, again, started);',
    replace: '',
    killer: service('the same one again without a second signature'),
  },
  {
    rule: 'another key of a certified chip needs a recorded rework',
    file: signing,
    find: 'if (rework === undefined) {',
    replace: 'if (request.configZone.length === 0) {',
    killer: races('another key: one gets a certificate'),
  },
  {
    rule: 'same key, other definition: refused unless allowed',
    file: signing,
    find: 'if (sameKey && !policy.allowOtherDefinition) {',
    replace: 'if (request.configZone.length === 0) {',
    killer: service('refuses the same key under another definition'),
  },
  {
    rule: 'clock guard',
    file: signing,
    find: "if (clock !== undefined) return this.#refused(request, refusal('CLOCK_SUSPECT', reasonWords(clock, 'en')), started);",
    replace: '',
    killer: { file: 'test/records/clock.test.ts', test: 'a clock that jumps' },
  },
  {
    rule: 'quota of a batch',
    file: signing,
    find: 'if (remaining !== undefined && remaining <= inMaking)',
    replace: 'if (request.configZone.length === 0)',
    killer: service('keeps to batches and their quotas'),
  },
  {
    rule: 'nothing is signed while the log is not whole',
    file: signing,
    find: "if (log.alarm !== '') return this.#refused(request, refusal('LOG_BROKEN', 'the signing log is broken'), started);",
    replace: '',
    killer: service('signs nothing when the signing log is not whole'),
  },
  {
    rule: 'a reply that is too large is refused before the signature',
    file: signing,
    find: "if (!fits) return refuse(refusal('TOO_LARGE', 'the reply would be larger than the client can take'));",
    replace: '',
    killer: service('refuses a reply that is too large'),
  },
  // The chip's request (7.2)
  {
    rule: 'configuration locked',
    file: checks,
    find: "if (configZone[87] !== 0) return refusal('CONFIG_NOT_LOCKED', 'the configuration zone of the chip is not locked');",
    replace: '',
    killer: service('looks at the chip'),
  },
  {
    rule: 'key slot private',
    file: checks,
    find: 'if ((keyConfig & 1) === 0) return',
    replace: 'if (slot > 15) return',
    killer: service('looks at the chip'),
  },
  {
    rule: 'key slot takes no key from outside',
    file: checks,
    find: 'if ((slotConfig & 0x4000) !== 0) return',
    replace: 'if (slot > 15) return',
    killer: service('looks at the chip'),
  },
  {
    rule: 'key is a point of the curve',
    file: checks,
    find: "if (!isPublicKey(publicKey)) return refusal('PUBLIC_KEY_INVALID', 'the public key is not a point of the curve');",
    replace: '',
    killer: service('looks at the chip'),
  },
  {
    rule: 'proof of possession',
    file: checks,
    find: 'if (!proven) {',
    replace: 'if (!proven && publicKey.length === 0) {',
    killer: runRules('a chip that cannot sign gets no certificate'),
  },
  {
    rule: 'the module signs only under its own name',
    file: 'src-main/signing/chip-signer.ts',
    find: "if (!issuerMatches(tbs, identity.certificate)) return fail({ kind: 'foreign-issuer' });",
    replace: '',
    killer: { file: 'test/kill/stick.test.ts', test: 'signs nothing for another issuer' },
  },
  // Records
  {
    rule: 'a failed append is cut off before the next',
    file: 'src-main/records/signing-log.ts',
    find: 'if (this.#broken !== undefined) await this.#mend();',
    replace: '',
    killer: disks('a disk that refuses one operation'),
  },
  {
    rule: 'a torn last line is moved away at the start',
    file: 'src-main/records/signing-log.ts',
    find: 'truncate(path, start + at);',
    replace: '',
    killer: { file: 'test/records/signing-log.test.ts', test: 'signing log' },
  },
  {
    rule: 'a broken chain is an alarm',
    file: 'src-main/records/signing-log.ts',
    find: 'if (row.prev_hash !== head.rowHash || row.seq !== String(head.sequence + 1)) {',
    replace: 'if (row.seq === undefined) {',
    killer: { file: 'test/records/chain.test.ts', test: 'alarm, beyond what the store knew' },
  },
  {
    rule: 'room for what follows a signature is there before it',
    file: 'src-main/records/index.ts',
    find: 'await guard.ready();',
    replace: '',
    killer: { file: 'test/records/full-disk.test.ts', test: 'a full disk' },
  },
  {
    rule: 'room is given up for what follows a signature',
    file: 'src-main/records/storage-guard.ts',
    find: 'if (isDiskFull(thrown) && (makeRoom() || timesGivenUp > before)) {',
    replace: 'if (timesGivenUp < 0) {',
    killer: { file: 'test/records/full-disk.test.ts', test: 'fills between signature and archive' },
  },
  {
    rule: 'after a failure a trial comes before the next signature',
    file: 'src-main/records/storage-guard.ts',
    find: 'if (!doubtful) return;',
    replace: 'if (doubtful || !doubtful) return;',
    killer: disks('a disk that is bad in one place only'),
  },
  {
    rule: 'the folder of a device is made before the signature',
    file: 'src-main/records/index.ts',
    find: 'await archive.prepare(serialNumber);',
    replace: '',
    killer: disks('a disk that refuses one operation'),
  },
  {
    rule: 'one program for each data folder',
    file: 'src-main/records/data-folder.ts',
    find: "lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');",
    replace: "lock.exec('PRAGMA busy_timeout = 0');",
    killer: races('one data folder'),
  },
  {
    rule: 'certificates that a cut took from the archive come back at the start',
    file: 'src-main/records/archive.ts',
    find: 'if (whole !== undefined) written.push(...(await writeFiles(entryOf(whole))));',
    replace: '',
    killer: disks('half-written files are gone'),
  },
  {
    rule: 'a rework is used once',
    file: 'src-main/records/policy-book.ts',
    find: "UPDATE reworks SET used_for = ? WHERE id = ? AND used_for = ''",
    replace: "UPDATE reworks SET used_for = '' WHERE id = ? AND id <> ?",
    killer: service('refuses another key of a chip, unless'),
  },
  // Server
  {
    rule: 'AUTH first where it is required',
    file: session,
    find: 'if (this.#mustProve && !this.#authenticated) {',
    replace: 'if (this.#mustProve && this.#requests < 0) {',
    killer: hostile('without AUTH there is HELLO'),
  },
  {
    rule: 'a nonce serves once',
    file: session,
    find: `    this.#nonce = undefined;
    const key`,
    replace: '    const key',
    killer: hostile('a recorded AUTH is worth nothing'),
  },
  {
    rule: 'one AUTH try for each connection',
    file: session,
    find: `    this.#ending = true;
    this.#o.warnOfStranger(`,
    replace: '    this.#o.warnOfStranger(',
    killer: hostile('after a wrong AUTH nothing more'),
  },
  {
    rule: 'a frame has ten seconds from its first byte',
    file: session,
    find: `      // Only the beginning of a frame starts its time: a peer that drips bytes does not get more.
      this.#arm(frameMs);`,
    replace: '',
    killer: hostile('a frame that drips'),
  },
  {
    rule: 'eight bad bodies end a connection',
    file: session,
    find: 'if (this.#badBodies >= this.#o.limits.badBodies) this.#end();',
    replace: '',
    killer: hostile('until the eighth'),
  },
  {
    rule: 'answers that nobody reads do not pile up',
    file: session,
    find: 'if (stream.writableLength > limits.unreadBytes) this.close();',
    replace: '',
    killer: hostile('one that never reads'),
  },
  {
    rule: 'eight connections for each address',
    file: server,
    find: 'if (count >= this.#limits.perAddress) {',
    replace: 'if (count < 0) {',
    killer: hostile('one address gets eight connections'),
  },
  {
    rule: 'who is at work keeps his place',
    file: server,
    find: "if (session.busy || session.view.address === 'local') continue;",
    replace: '',
    killer: hostile('when all places are taken'),
  },
  {
    rule: '64 requests in the queue',
    file: server,
    find: 'if (this.#stopping || this.#queued >= this.#limits.queuedRequests) return undefined;',
    replace: '',
    killer: hostile('the queue has 64 places'),
  },
  {
    rule: 'a server that stops takes nothing new',
    file: session,
    find: "if (this.#draining) return this.#sendRefusal(refusal('SHUTTING_DOWN', 'the server is shutting down'), transaction);",
    replace: '',
    killer: races('answers what it has begun'),
  },
  {
    rule: 'beyond this computer only with a list and station keys',
    file: server,
    find: 'if (!local && !options.insecure && (options.allow.length === 0 || !options.stationKeys)) {',
    replace: 'if (options.host.length === 0) {',
    killer: { file: 'test/server/listen.test.ts', test: 'is refused with' },
  },
  // Client
  {
    rule: "the root is the certinfo's",
    file: 'src-main/provisioning/preflight.ts',
    find: 'if (!equalBytes(reply.rootPublicKey, prepared.certInfo.caPublicKey)) {',
    replace: 'if (reply.rootPublicKey.length === 0) {',
    killer: badServers('another root key in the validation data'),
  },
  {
    rule: 'blocks to be written follow from the certificates',
    file: 'src-main/provisioning/judge-reply.ts',
    find: "if (!same) differs('blocks');",
    replace: '',
    killer: badServers('a block for another slot'),
  },
  {
    rule: 'the chain is checked before it is written',
    file: 'src-main/provisioning/judge-reply.ts',
    find: 'if (!chain.ok) stationFails(',
    replace: 'if (!chain.ok && reply.signerName === undefined) stationFails(',
    killer: badServers('a whole chain of another root'),
  },
  {
    rule: 'a server that drips is given up',
    file: 'src-main/provisioning/request-client.ts',
    find: 'const left = Math.max(1, silenceMs - (performance.now() - lastFrame));',
    replace: 'const left = silenceMs + 0 * lastFrame;',
    killer: badServers('drips one byte'),
  },
  {
    rule: 'an answer belongs to its question',
    file: 'src-main/provisioning/request-client.ts',
    find: "if (answered !== transaction && !(answer.name === 'ERROR' && answered === 0)) continue;",
    replace: 'if (answered < 0) continue;',
    killer: badServers('answers an earlier question late'),
  },
  // The chip
  {
    rule: 'the serial number is read before what cannot be undone',
    file: 'src-main/device/sequence.ts',
    find: 'if (expected !== undefined) yield* expectSerial(expected);',
    replace: 'if (expected !== undefined && expected.length === 0) yield* expectSerial(expected);',
    killer: { file: 'test/device/faults.test.ts', test: 'another board in the fixture' },
  },
  {
    rule: 'a key is joined to the number of the chip that made it',
    file: 'src-main/device/procedures/key.ts',
    find: '        yield* expectSerial(serialNumber);\n',
    replace: '',
    killer: swaps('the key of one chip is never certified for the other'),
  },
  {
    rule: 'a lost answer is read back before anything is repeated',
    file: 'src-main/device/retry.ts',
    find: "return context.redoable && !context.touched ? again : 'uncertain';\n    case 'unknown-and-gone':",
    replace: "return again;\n    case 'unknown-and-gone':",
    killer: { file: 'test/device/faults.test.ts', test: 'GenKey create with a lost answer' },
  },
  {
    rule: 'what is written is read back before the configuration is locked',
    file: 'src-main/device/procedures/config.ts',
    // Stage 1 compares, and stage 2 once more: what both ask is taken away.
    find: 'if (comparison.same || first === undefined) return undefined;',
    replace: 'if (first === undefined || first.field.length >= 0) return undefined;',
    killer: runRules('is not locked'),
  },
  {
    rule: 'a key of unknown origin is not used',
    file: stages,
    find: "if (state === 'same-key' || (action === 'accept-key' && !mayCreate)) {",
    replace: "if (state !== 'other-key' || (action === 'accept-key' && !mayCreate)) {",
    killer: states('configuration locked, key that nobody certified'),
  },
  {
    rule: 'a certified key is kept',
    file: stages,
    find: "if (state === 'same-key' || (action === 'accept-key' && !mayCreate)) {",
    replace: "if (action === 'accept-key' && !mayCreate) {",
    killer: states('configuration locked, key certified'),
  },
  {
    rule: 'another configuration that is locked is left alone',
    file: 'src-main/provisioning/found-state.ts',
    find: "if (!same) return 'foreign';",
    replace: '',
    killer: states('other configuration locked'),
  },
  {
    rule: 'an image that cannot work is refused before anything is written',
    file: 'src-main/provisioning/preflight.ts',
    find: 'if (!hasErrors(findings)) return findings;',
    replace: 'if (findings.length >= 0) return findings;',
    killer: runRules('an image that cannot work changes nothing'),
  },
  {
    rule: 'what an earlier run left in the data zone is compared',
    file: stages,
    find: 'if (equalBytes(found.subarray(write.offset, write.offset + bytes.length), bytes)) continue;',
    replace: 'if (found.length > 0) continue;',
    killer: states('data locked, planned data wrong, slot open'),
  },
  {
    rule: 'a secret that is kept is kept before the lock',
    file: stages,
    find: `    await this.#deliverRandom();
    const locked = this.#need(await lockData(this.#session, this.#serialNumber, policy, content.expected));
`,
    replace: `    const locked = this.#need(await lockData(this.#session, this.#serialNumber, policy, content.expected));
    await this.#deliverRandom();
`,
    killer: { file: 'test/kill/station.test.ts', test: 'at every stage of one board' },
  },
  {
    rule: 'the challenge of stage 10 is verified',
    file: stages,
    find: 'if (!verifyMessage(key.value, nonce, signature.value))',
    replace: 'if (nonce.length === 0)',
    killer: runRules('cannot sign with the key of its certificate'),
  },
  {
    rule: 'what looks like a bad board is asked who it is',
    file: stages,
    find: 'if (!found.ok || equalBytes(found.value, this.#serialNumber)) throw thrown;',
    replace: 'if (!found.ok || found.ok) throw thrown;',
    killer: swaps('a board exchanged is no bad board'),
  },
  {
    rule: 'the journal is written before what cannot be undone',
    file: 'src-main/provisioning/run.ts',
    find: '      await noted;\n',
    replace: '',
    killer: runRules('what cannot be undone is not done'),
  },
  {
    rule: 'PASS only when it is on record',
    file: 'src-main/provisioning/run.ts',
    find: '? { record: { ...record, outcome }, passed: false, why: unwritten.why }',
    replace: '? { record, passed: true, why: undefined }',
    killer: runRules('no PASS is said that is not on record'),
  },
  {
    rule: 'a chip that a killed program left awake is found',
    file: 'src-main/hal/kit-transport.ts',
    find: 'const asleep = await this.#sleepUnseen();',
    replace: 'const asleep = ok(undefined);',
    killer: { file: 'test/hal/left-awake.test.ts', test: 'left awake' },
  },
  ...kitMutations,
  {
    rule: 'the signer chip is idled, not put to sleep, after a signature',
    file: 'src-main/device/procedures/authorise.ts',
    find: "        end: 'idle',\n",
    replace: "        end: 'sleep',\n",
    killer: { file: 'test/signing/manager.test.ts', test: 'seed' },
  },
  {
    rule: 'a write of the store is reported only when its log is on the disk',
    file: 'src-main/records/store.ts',
    find: '        await log?.sync();\n',
    replace: '        void log?.sync();\n',
    killer: { file: 'test/records/store.test.ts', test: 'a power cut' },
  },
];

/** Protecting lines that no test on a running system can tell from their absence, and why. */
export const explained: readonly { readonly rule: string; readonly why: string }[] = [
  {
    rule: "nothing outside the signer's validity",
    why: 'held twice: the service looks at its clock, and the certificate that is prepared is refused when its dates do not lie within those of the signer. Either is enough for the test of it.',
  },
  {
    rule: 'fsync of log, archive files and folders',
    why: 'bytes that were written are there after a killed process with or without it; only a machine that loses power could tell. Every write ends in datasync or sync before it is reported. (Of the store it is told: its test plays the power cut.)',
  },
];
