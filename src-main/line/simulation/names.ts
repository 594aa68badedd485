import type { Language } from '../../../src-shared/model/sentences.ts';

/** What a simulated line calls its things when it begins: names like those that people type, in the station's language. */
export const simulationNames = {
  en: {
    station: 'Simulated',
    site: 'Site',
    product: 'Simulated product',
    twoChips: 'two chips',
    chips: ['first chip', 'second chip'],
  },
  de: {
    station: 'Simuliert',
    site: 'Platz',
    product: 'Simuliertes Produkt',
    twoChips: 'zwei Chips',
    chips: ['erster Chip', 'zweiter Chip'],
  },
} as const satisfies { readonly [language in Language]: object };

/** Whether a plan has the name of one that a simulated line began with, in any language. */
export function isSimulatedProduct(name: string): boolean {
  return Object.values(simulationNames).some(({ product }) => name.startsWith(product));
}
