import { type ChildProcess, spawn } from 'node:child_process';

/** A few lines of JavaScript as a program of its own. `HAL` and `LINE` are where those rooms are, `argv[1]` its argument. */
export interface Script {
  readonly child: ChildProcess;
  /** The first line that it prints, or what it died of. */
  readonly line: Promise<string>;
  /** The first so many lines, or what it died of. */
  lines(count: number): Promise<readonly string[]>;
  /** A byte on its standard input. */
  end(): void;
}

export function runScript(code: string, argument: string): Script {
  const room = (name: string): string => JSON.stringify(new URL(`../../src-main/${name}/`, import.meta.url).href);
  const whole = `const HAL = ${room('hal')}; const LINE = ${room('line')};\n${code}`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', whole, argument];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const lines = (count: number): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const said = output.split('\n').slice(0, -1);
        if (said.length >= count) resolve(said.slice(0, count));
      };
      child.stdout.on('data', look);
      child.once('error', reject);
      child.once('close', (status) => reject(new Error(`it ended with ${status}: ${errors}`)));
      look();
    });
  const line = lines(1).then(([first = '']) => first);
  return { child, line, lines, end: () => void child.stdin.write('\n') };
}
