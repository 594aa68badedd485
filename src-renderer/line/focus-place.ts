/** Moves the focus to a site's card or tile, where Enter is its board's and no other button's. */
export function focusPlace(site: string): void {
  document
    .querySelector<HTMLElement>(`.tile[data-site="${CSS.escape(site)}"], .site[data-site="${CSS.escape(site)}"]`)
    ?.focus();
}
