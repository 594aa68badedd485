import type { SiteView, StationView } from '../../src-shared/ipc/state.ts';
import { refused } from './fake-bridge.ts';
import { locked, lockedOut, signer, twoPersons, wrong } from './fixtures/signers.ts';
import { four, oneSite, site, sixteen, two, verdict } from './fixtures/sites.ts';
import { galleryNow, newShift, planOptions, shift, state, station } from './fixtures/station.ts';
import type { AnyScenario, Scenario } from './scenario.ts';

const signers = [signer()];

function one(view: SiteView, change: Partial<StationView> = {}, more: Partial<Scenario> = {}): Scenario {
  return { state: state({ sites: [view], signers, station: station(change) }), ...more };
}

const planWith = (change: Partial<typeof planOptions>, first: 'not-needed' | 'wanted' | 'made' = 'not-needed') => {
  const base = station();
  return {
    plan: base.plan === null ? null : { ...base.plan, firstArticle: first, options: { ...planOptions, ...change } },
  };
};

const waitingState = (modules: readonly ReturnType<typeof signer>[]) =>
  state({
    sites: [oneSite.waiting],
    signers: [...modules],
    station: station({ signersReady: 0, signersTotal: modules.length }),
  });

const typePassword = [
  { see: '[role=dialog] input' },
  { type: 'not the right one', into: '[role=dialog] input' },
  { click: '[role=dialog] [type=submit]' },
] as const;

const simulated = {
  ...station(),
  name: 'SIM-01',
  batch: 'SIMULATION',
  mode: 'simulated',
  person: null,
  peopleConfigured: false,
  signersReady: 1,
  signersTotal: 1,
  bands: [{ kind: 'simulated', facts: {} }],
} satisfies StationView;

/** Every state of the Line screen, first start and the dialogs that belong to it. */
export const lineScenarios = {
  'first-start': {
    state: state({
      station: station({
        mode: 'unset',
        name: '',
        batch: '',
        plan: null,
        person: null,
        peopleConfigured: false,
        signersReady: 0,
        signersTotal: 0,
      }),
      shift: newShift,
    }),
  },
  'first-start-options': {
    state: state({
      station: station({ mode: 'unset', name: '', batch: '', plan: null, person: null, peopleConfigured: false }),
    }),
    steps: [{ click: '.first-go .btn:nth-child(2)' }, { see: '[role=dialog]' }],
  },
  'first-start-set-up': {
    state: state({
      station: station({ mode: 'unset', name: '', batch: '', plan: null, person: null, peopleConfigured: false }),
    }),
    steps: [{ click: '.first-ways section:last-child .btn' }, { see: '[role=dialog]' }],
  },
  'first-start-simulation': {
    state: state({
      station: simulated,
      sites: [{ ...oneSite.seenPlain, connector: 'AT88CK101STK', unitLabel: '' }],
      signers,
      shift: newShift,
      simulation: {
        running: true,
        sites: [{ site: 'site-1', board: 'new', pulled: false }],
        part: '508',
        realTime: true,
      },
    }),
  },
  'simulation-empty': {
    state: state({
      station: simulated,
      sites: [site({ connector: 'AT88CK101STK' })],
      signers,
      shift: newShift,
      simulation: {
        running: true,
        sites: [{ site: 'site-1', board: null, pulled: false }],
        part: '508',
        realTime: true,
      },
    }),
    answers: { 'simulation.password': () => ({ value: { password: 'a simulated line' } }) },
  },
  'line-empty': one(oneSite.empty),
  'line-off': one(oneSite.off),
  'line-checking': one(oneSite.checking),
  'line-seen': one(oneSite.seen),
  'line-hold': one(oneSite.seen, planWith({ holdToConfirm: true })),
  'line-scan': one(oneSite.seenPlain, planWith({ barcodeBeforeStart: true })),
  'line-scanned': one(oneSite.seenPlain, planWith({ barcodeBeforeStart: true }), {
    ui: { unitLabels: { 'site-1': 'GW-C-004712' } },
  }),
  'line-running': one(oneSite.running),
  'line-running-two-chips': one(oneSite.runningChips),
  'line-pass': one(oneSite.pass),
  'line-fail': one(oneSite.fail),
  'line-fail-simulated': {
    state: state({
      station: { ...simulated, stopped: { reason: 'failures-in-a-row', count: 3 } },
      sites: [oneSite.fail],
      signers,
      simulation: {
        running: true,
        sites: [{ site: 'site-1', board: 'failing', pulled: false }],
        part: '508',
        realTime: true,
      },
    }),
  },
  'line-fail-scrap': one(oneSite.failScrap),
  'line-fault': one(oneSite.fault),
  'line-unplugged': one(oneSite.unplugged),
  'line-swapped': one(oneSite.swapped),
  'line-set-aside': one(oneSite.setAside),
  'line-resume': one(oneSite.resume),
  'line-foreign': one(oneSite.foreign),
  'line-finished': one(oneSite.finished),
  'line-other-part': one(oneSite.otherPart),
  'line-planted-key': one(oneSite.plantedKey),
  'line-unknown-lock': one(oneSite.unknownLock),
  'line-no-chip': one(oneSite.noChip),
  'line-kit-fault': one(oneSite.kitFault),
  'line-previous-fail': one({
    ...oneSite.seenPlain,
    previous: verdict('FAIL', { code: '6-148', errorName: 'READ_BACK_DIFFERS' }),
  }),
  'line-stopped': one(oneSite.blocked, { stopped: { reason: 'failures-in-a-row', count: 3 } }),
  'line-release': one(
    oneSite.blocked,
    { stopped: { reason: 'failures-in-a-row', count: 3 } },
    { steps: [{ click: '.line-notice .btn' }, { see: '[role=dialog]' }] },
  ),
  'line-first-article': one(oneSite.seenPlain, planWith({ firstArticle: true }, 'wanted')),
  'line-first-article-made': one(
    { ...oneSite.pass },
    { ...planWith({ firstArticle: true }, 'made'), person: { name: 'PE-05', role: 'engineer', auth: 'authenticated' } },
  ),
  'line-no-plan': one({ ...oneSite.empty, previous: null }, { plan: null }),
  'line-no-signer': one({ ...oneSite.empty, previous: null }, { signersReady: 0, signersTotal: 0 }),
  'line-signers-short': {
    state: state({ sites: [...sixteen], signers, station: station({ signersShort: 2 }) }),
    ui: { focusedSite: 'site-6' },
  },
  'line-no-sites': { state: state({ sites: [], signers }) },
  'line-nobody': one(
    { ...oneSite.seenPlain, choices: [{ action: 'provision', blocked: 'sign-on', role: null }] },
    { person: null },
  ),
  'line-two-sites': { state: state({ sites: [...two], signers }) },
  'line-four-sites': { state: state({ sites: [...four], signers }), ui: { focusedSite: 'site-2' } },
  'line-16-sites': {
    state: state({
      sites: [...sixteen],
      signers,
      shift: shift({ done: 1684, passed: 1661, failed: 23, perHour: 452, quota: null }),
    }),
    ui: { focusedSite: 'site-6' },
  },
  'line-16-sites-opened': {
    state: state({ sites: [...sixteen], signers }),
    ui: { focusedSite: 'site-11' },
    steps: [{ click: '.tile[data-site=site-11]' }, { see: '[role=dialog]' }],
  },
  'line-16-simulated': {
    state: state({
      station: simulated,
      sites: [...sixteen],
      signers,
      simulation: {
        running: true,
        sites: sixteen.map(({ id, chips }) => ({ site: id, board: chips.length > 0 ? 'new' : null, pulled: false })),
        part: '608',
        realTime: true,
      },
    }),
    ui: { focusedSite: 'site-9' },
  },

  'password-empty': { state: waitingState([locked]) },
  'password-shown': {
    state: waitingState([locked]),
    steps: [
      { see: '[role=dialog] input' },
      { type: 'a long pass phrase', into: '[role=dialog] input' },
      { click: '[role=dialog] .password-box button' },
    ],
  },
  'password-wrong': {
    state: waitingState([wrong]),
    answers: { 'signers.unlock': () => refused('PASSWORD_WRONG', 195, { attemptsLeft: 3 }) },
    steps: typePassword,
  },
  'password-delay': { state: waitingState([lockedOut]) },
  'password-two-first': { state: waitingState([twoPersons]) },
  'password-two-second': {
    state: waitingState([twoPersons]),
    steps: typePassword,
  },
  'password-checking': {
    state: waitingState([locked]),
    answers: { 'signers.unlock': () => ({ silent: true }) },
    steps: typePassword,
  },
  'password-gone': { state: waitingState([{ ...locked, state: 'ABSENT' }]), ui: { unlockSigner: locked.serialNumber } },
  'password-16-sites': {
    state: state({ sites: [...sixteen], signers: [locked] }),
    ui: { focusedSite: 'site-15' },
  },

  'sign-on': one(oneSite.empty, { person: null }, { ui: { signOn: { kind: 'asked' } } }),
  'sign-on-role': one(oneSite.plantedKey, {}, { ui: { signOn: { kind: 'role', role: 'supervisor' } } }),
  'sign-on-wrong': one(
    oneSite.empty,
    { person: null },
    {
      ui: { signOn: { kind: 'asked' } },
      answers: { 'people.signOn': () => refused('PASSWORD_WRONG', 195) },
      steps: [
        { see: '#sign-on-name' },
        { type: 'SV-02', into: '#sign-on-name' },
        { type: '0000', into: '#sign-on-pin' },
        { click: '[role=dialog] [type=submit]' },
        { see: '[role=alert]' },
      ],
    },
  ),
  batch: one(oneSite.empty, {}, { ui: { batchOpen: true } }),
  help: one(oneSite.empty, {}, { ui: { helpOpen: true }, steps: [{ see: '[role=dialog]' }] }),
  'notice-error': one(
    oneSite.seen,
    {},
    {
      answers: { 'line.start': () => refused('BUSY', 8) },
      steps: [{ click: '.face-foot .btn' }, { see: '.notice-error' }],
    },
  ),

  'band-network-open': one(oneSite.empty, {
    server: { mode: 'own', status: 'listening', address: '192.168.7.21:11235', clients: 2 },
    bands: [{ kind: 'network-open', facts: { address: '192.168.7.21:11235' } }],
  }),
  'band-server-unreachable': one(
    {
      ...oneSite.seenPlain,
      choices: [{ action: 'provision', blocked: 'server-unreachable', role: null }],
    },
    {
      server: { mode: 'remote', status: 'unreachable', address: 'sign.plant.example:11235', clients: 0 },
      bands: [{ kind: 'server-unreachable', facts: { address: 'sign.plant.example:11235' } }],
    },
  ),
  'band-disk-full': one(
    { ...oneSite.seenPlain, choices: [{ action: 'provision', blocked: 'cannot-record', role: null }] },
    { bands: [{ kind: 'cannot-record', facts: { reason: 'STORAGE_FAILED' } }] },
  ),
  'band-clock': one(
    { ...oneSite.seenPlain, choices: [{ action: 'provision', blocked: 'clock', role: null }] },
    { bands: [{ kind: 'clock', facts: { reason: 'CLOCK_SUSPECT' } }] },
  ),
  'band-log-broken': one(oneSite.empty, { bands: [{ kind: 'log-broken', facts: {} }] }),
  'band-two': one(oneSite.seen, {
    bands: [
      { kind: 'simulated', facts: {} },
      { kind: 'network-open', facts: { address: '192.168.7.21:11235' } },
    ],
  }),
  'link-lost': one(oneSite.running, {}, { link: { state: 'lost', retryAt: galleryNow + 3_000 } }),
  'start-connecting': { start: 'connecting' },
  'start-no-token': { start: 'no-token' },
  'start-second-instance': { start: { code: 'DATA_DIR_IN_USE', detail: 'pid 4711, http://127.0.0.1:40123' } },
  'start-store-newer': { start: { code: 'STORE_VERSION', detail: 'store version 7, this program 5' } },
} as const satisfies Readonly<Record<string, AnyScenario>>;
