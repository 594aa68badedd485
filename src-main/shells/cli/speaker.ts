import type { SignetError } from '../../../src-shared/base/error.ts';
import type { RunRecord } from '../../../src-shared/model/run-record.ts';
import { stages } from '../../../src-shared/model/stages.ts';
import type { ProvisionEvent } from '../../line/client.ts';
import type { Terminal } from './terminal.ts';

/** How the provisioning client speaks: the note's dialogue, or one JSON object per event. */
export interface Speaker {
  reading(file: string): void;
  connecting(server: string): void;
  /** Said once, when ESC can be pressed from now on. */
  escapeQuits(): void;
  waiting(): void;
  removed(): void;
  /** The last of reading, connecting, waiting, removed is over. */
  ok(): void;
  found(serialNumbers: readonly string[]): void;
  pressEnter(): void;
  event(event: ProvisionEvent): void;
  passed(): void;
  /** A run that did not end in PASS. */
  outcome(record: RunRecord): void;
  /** Something that keeps boards away while they are waited for. */
  trouble(error: SignetError): void;
  /** The end of the work, or of one board, that is no run's outcome. */
  failed(error: SignetError): void;
}

const lineOf = new Map(stages.map((stage) => [stage.name, stage.line]));

/** The note's dialogue (Atmel-8971A 3.3.1). */
export function dialogueSpeaker(terminal: Terminal): Speaker {
  let waiting = '';
  const begin = (text: string): void => terminal.begin(`${text}...`);
  const wait = (text: string): void => {
    waiting = text;
    begin(text);
  };
  return {
    reading: (file) => begin(`Reading provisioning config file ${file}`),
    connecting: (server) => begin(`Connecting to ${server}`),
    escapeQuits: () => terminal.line('Press ESC to quit.'),
    waiting: () => wait('Waiting for board to be connected'),
    removed: () => wait('Board removed. Waiting for board to be connected'),
    ok: () => {
      if (terminal.unfinished) terminal.finish('ok');
    },
    found: (serialNumbers) => {
      for (const serial of serialNumbers) terminal.line(`Device SN: ${serial}`);
    },
    pressEnter: () => terminal.line('Press ENTER to provision'),
    event(event) {
      if (event.event === 'stage') {
        const line = lineOf.get(event.stage) ?? event.stage;
        if (event.status === 'START') begin(line);
        else if (event.status === 'SKIPPED') terminal.line(`${line}...skipped`);
        else terminal.finish(event.status === 'DONE' ? 'done' : 'error');
      } else if (event.event === 'server-error') {
        if (terminal.unfinished) terminal.finish('error');
        terminal.line(`The server answered error ${event.code}: ${event.message}.`);
      }
    },
    passed: () => terminal.line('Provisioning successful! Please remove board'),
    outcome({ outcome }) {
      if (outcome.kind === 'PASS') return;
      const { stage, number, sentence, detail, next } = outcome;
      terminal.line(`Provisioning failed (${stage}-${String(number).padStart(2, '0')}): ${sentence}`);
      if (detail !== undefined && detail !== '' && detail !== sentence) terminal.line(`  ${detail}`);
      terminal.line(whatNext[next]);
    },
    trouble(error) {
      if (terminal.unfinished) terminal.finish('');
      process.stderr.write(`${error.message}\n`);
      begin(waiting);
    },
    failed(error) {
      if (terminal.unfinished) terminal.finish('failed');
      process.stderr.write(`${error.message}\n`);
    },
  };
}

const whatNext: Readonly<Record<Exclude<RunRecord['outcome'], { kind: 'PASS' }>['next'], string>> = {
  retry: 'Nothing was changed on this board. It may be tried again.',
  resume: 'The board was begun; provision it again to resume.',
  validate: 'Please remove board',
  'set-aside': 'Set the board aside.',
  scrap: 'Scrap the board.',
  none: 'Nothing was changed on this board.',
};

/** One JSON object per line; `event` names it (the README has the list). */
export function jsonSpeaker(): Speaker {
  const say = (event: { readonly event: string } & Readonly<Record<string, unknown>>): boolean =>
    process.stdout.write(`${JSON.stringify(event)}\n`);
  const error = ({ code, number, message }: SignetError): Readonly<Record<string, unknown>> => ({
    code,
    number,
    message,
  });
  return {
    reading: (file) => say({ event: 'reading', file }),
    connecting: (server) => say({ event: 'connecting', server }),
    escapeQuits: () => undefined,
    waiting: () => say({ event: 'waiting' }),
    removed: () => say({ event: 'removed' }),
    ok: () => undefined,
    found: (serialNumbers) => say({ event: 'board', serialNumbers }),
    pressEnter: () => say({ event: 'press-enter' }),
    event: (event) => say({ ...event }),
    passed: () => say({ event: 'passed' }),
    outcome: ({ outcome }) => say({ event: 'failed', outcome }),
    trouble: (trouble) => say({ event: 'trouble', ...error(trouble) }),
    failed: (failure) => say({ event: 'error', ...error(failure) }),
  };
}
