import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

/**
 * axe in a page: its source is put in once per page, judges only what is asked, and only what it found crosses over. The builder of its
 * own package loads it anew each time and brings home what passed as well: five times the time.
 */
const require = createRequire(import.meta.url);
const source = readFileSync(
  createRequire(require.resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** The part of axe that is used here. */
interface Axe {
  run(
    context: Document,
    options: object,
  ): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly help: string;
      readonly nodes: readonly {
        readonly target: readonly unknown[];
        readonly any: readonly { readonly message: string }[];
      }[];
    }[];
  }>;
}

declare global {
  interface Window {
    axe?: Axe;
  }
}

export interface AxeQuestion {
  /** Text at 7:1 instead of 4.5:1. */
  readonly enhancedContrast: boolean;
  /** Colours alone: the same page in another theme has no other faults. */
  readonly coloursOnly?: boolean;
}

/** Every violation that axe finds, one line each. */
export async function axeViolations(page: Page, question: AxeQuestion): Promise<readonly string[]> {
  if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(source);
  return page.evaluate(async ({ enhancedContrast, coloursOnly }) => {
    const { axe } = window;
    if (axe === undefined) throw new Error('axe is not in the page');
    // What is 7:1 is 4.5:1 as well, and measuring colours takes most of the time.
    const [colours, other] = enhancedContrast
      ? ['color-contrast-enhanced', 'color-contrast']
      : ['color-contrast', 'color-contrast-enhanced'];
    const { violations } = await axe.run(document, {
      resultTypes: ['violations'],
      elementRef: false,
      ...(coloursOnly === true
        ? { runOnly: { type: 'rule', values: [colours] } }
        : { rules: { [colours]: { enabled: true }, [other]: { enabled: false } } }),
    });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, any }) => `${id}: ${target.join(' ')} ${any.map(({ message }) => message).join('; ') || help}`,
      ),
    );
  }, question);
}
